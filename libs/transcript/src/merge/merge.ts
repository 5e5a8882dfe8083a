import type { Diarization, Recognition, Segment, SpeakerOutcome, Transcript, Word } from '../model.js';
import { joinWords } from '../word.js';
import { assignSpeakers } from './assign.js';
import { heardChannels, interleave, type SpokenWords } from './channel.js';
import { paragraphs } from './paragraph.js';
import { collectWords } from './repair.js';

export interface MergeRequest {
  /** One per chunk, in the order of the recording. */
  recognitions: readonly Recognition[];
  /** Null where speakers were not asked for or could not be identified. */
  diarization: Diarization | null;
  /** `found` without a diarization counts as `failed`. */
  outcome: SpeakerOutcome;
  /** Of the recording, seconds. */
  duration: number;
  /** Whether the words are a translation into English. */
  translated?: boolean;
  /** ISO 639-1 code; by default the one with most speech, or `und` where there are no words to judge by. */
  language?: string;
  /** By default the first recognition's. */
  model?: string;
  /** By default the recognitions'. */
  engine?: string;
}

/** The plan's name of the n-th speaker, from 0. */
const speakerLabelOf = (index: number): string => `SPEAKER_${String(index).padStart(2, '0')}`;

/**
 * Joins what the chunks heard with who spoke when. The words and their times are the same whatever the diarization
 * says; only speakers and paragraphs differ. Runs in linear time (but for n log n in repairing times): ten hours of
 * speech take well under a second. Pure; the input is not changed.
 */
export const mergeTranscript = (request: MergeRequest): Transcript => {
  const { recognitions, diarization, duration } = request;
  const outcome = request.outcome === 'found' && diarization === null ? 'failed' : request.outcome;
  const all = spoken(recognitions, outcome === 'found' ? diarization : null, duration);
  const { words, clusters } = all;
  const languages = byDuration(words, all.languages);
  const language = request.language ?? languages[0] ?? 'und';

  const labels = new Map<number, string>();
  const segments = paragraphs(all).map(([from, to]): Segment => {
    const own = words.slice(from, to);
    const cluster = clusters[from] ?? null;
    if (cluster !== null && !labels.has(cluster)) labels.set(cluster, speakerLabelOf(labels.size));
    return {
      start: own[0]?.start ?? 0,
      end: own.at(-1)?.end ?? 0,
      text: joinWords(own),
      speaker: cluster === null ? null : (labels.get(cluster) ?? null),
      ...(all.languages[from] === undefined || all.languages[from] === language
        ? {}
        : { language: all.languages[from] }),
      words: own,
    };
  });

  const removed = recognitions.flatMap((recognition) => recognition.removed ?? []);
  return {
    v: 1,
    language,
    ...(languages.length > 1 ? { languages } : {}),
    duration,
    model: request.model ?? namesOf(recognitions, ({ model }) => model),
    engine: request.engine ?? namesOf(recognitions, ({ engine }) => engine),
    translated: request.translated ?? false,
    speakers: {
      outcome,
      ...(outcome === 'found' && diarization !== null && diarization.engine !== 'none'
        ? { engine: diarization.engine }
        : {}),
      list: [...labels.values()].map((label) => ({ label })),
    },
    text: joinWords(words),
    segments,
    ...(removed.length > 0 ? { removed } : {}),
  };
};

const spoken = (
  recognitions: readonly Recognition[],
  diarization: Diarization | null,
  duration: number,
): SpokenWords => {
  const channels = heardChannels(recognitions);
  if (channels.length > 0) return interleave(recognitions, { channels, diarization, duration });
  const { words, languages } = collectWords(recognitions, duration);
  const clusters = diarization === null ? words.map(() => null) : assignSpeakers(words, diarization.turns);
  return { words, languages, clusters, turns: new Set() };
};

/** Each once, in the order of the recording; where nothing was said nothing recognized it. */
const namesOf = (recognitions: readonly Recognition[], nameOf: (recognition: Recognition) => string): string => {
  const writing = recognitions.filter(({ engine }) => engine !== 'none');
  const names = (writing.length > 0 ? writing : recognitions).flatMap((one) => nameOf(one).split(', '));
  return [...new Set(names)].join(', ');
};

/** The languages spoken, the one with most speech first; of equal ones the one heard first. */
const byDuration = (words: readonly Word[], languages: readonly string[]): string[] => {
  const seconds = new Map<string, number>();
  for (const [index, language] of languages.entries()) {
    const word = words[index];
    seconds.set(language, (seconds.get(language) ?? 0) + (word === undefined ? 0 : word.end - word.start));
  }
  return [...seconds].sort((a, b) => b[1] - a[1]).map(([language]) => language);
};
