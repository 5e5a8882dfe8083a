import type { Recognition } from '@whisper-bot/transcript';

/** What several models wrote of one recording, in the order of the recording. */
export const joinRecognitions = (all: readonly Recognition[], language: string): Recognition => {
  const segments = all
    .flatMap((one) =>
      one.segments.map(({ language: own = one.language, ...segment }) =>
        own === language ? segment : { ...segment, language: own },
      ),
    )
    .sort((a, b) => a.start - b.start);
  const removed = all.flatMap((one) => one.removed ?? []).sort((a, b) => a.start - b.start);
  return {
    v: 1,
    language,
    model: namesOf(all, ({ model }) => model),
    engine: namesOf(all, ({ engine }) => engine),
    segments,
    ...(removed.length > 0 ? { removed } : {}),
  };
};

/** Of those that wrote anything, each once; else of the first. */
const namesOf = (all: readonly Recognition[], name: (one: Recognition) => string): string => {
  const writing = all.filter(({ segments }) => segments.length > 0);
  return [...new Set((writing.length > 0 ? writing : all.slice(0, 1)).map(name))].join(', ');
};
