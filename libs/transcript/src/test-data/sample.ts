import { mergeTranscript } from '../merge/merge.js';
import type { Diarization, Recognition, SpeakerTurn, Word } from '../model.js';

/** A spoken turn as `samples/dialogue-3-speakers.json` has it. */
export interface SpokenTurn {
  speaker: string;
  start: number;
  end: number;
  text: string;
}

/** Words of a turn with times shared out by length. */
export const spokenWords = ({ start, end, text }: SpokenTurn): Word[] => {
  const parts = text.split(' ');
  const total = parts.reduce((sum, part) => sum + part.length + 1, 0);
  let at = start;
  return parts.map((part) => {
    const from = at;
    at += ((end - start) * (part.length + 1)) / total;
    return { start: from, end: at, text: part, probability: 0.9 };
  });
};

/** What a transcriber would answer for one chunk. */
export const recognition = (words: Word[], language = 'en'): Recognition => ({
  v: 1,
  language,
  model: 'base',
  engine: 'whisper.cpp',
  segments: words.length === 0 ? [] : [{ start: words[0]?.start ?? 0, end: words.at(-1)?.end ?? 0, words }],
});

export const diarization = (turns: SpeakerTurn[]): Diarization => ({
  v: 1,
  engine: 'sherpa-onnx',
  speakers: new Set(turns.map(({ speaker }) => speaker)).size,
  turns,
});

/** The transcript of spoken turns; clusters are numbered backwards, because a diarizer's numbers carry no order. */
export const transcriptOf = (
  turns: readonly SpokenTurn[],
  language = 'en',
  duration = (turns.at(-1)?.end ?? 0) + 0.5,
) => {
  const names = [...new Set(turns.map(({ speaker }) => speaker))];
  return mergeTranscript({
    recognitions: [recognition(turns.flatMap(spokenWords), language)],
    diarization: diarization(
      turns.map(({ speaker, start, end }) => ({ start, end, speaker: names.length - 1 - names.indexOf(speaker) })),
    ),
    outcome: 'found',
    duration,
  });
};

export const russianDialogue: SpokenTurn[] = [
  {
    speaker: 'a',
    start: 0.2,
    end: 6.1,
    text: 'Доброе утро, коллеги. Вы успели прочитать отчёт, который я отправил вам вчера вечером?',
  },
  { speaker: 'b', start: 6.5, end: 6.9, text: 'Да.' },
  { speaker: 'a', start: 7.0, end: 7.4, text: 'И как?' },
  {
    speaker: 'b',
    start: 7.8,
    end: 16.4,
    text: 'Цифры лучше, чем в прошлом месяце, но меня по-прежнему беспокоят сроки поставки: склад в Гамбурге обещал вторую неделю марта, и с тех пор никто этого не подтвердил.',
  },
  { speaker: 'a', start: 16.9, end: 19.8, text: 'Это стоит, т.е. стоило, 10 000 руб. в день.' },
];

/** A seeded generator (mulberry32), so that a failing case can be run again. */
export const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const vocabulary =
  'the a warehouse yes, no. Hamburg они и складе поставки. donaudampfschifffahrt --> <b>x</b> & "so?" https://example.com/a/very/long/address/that/goes/on/and/on/for/ever I 10 000 e\u0301te\u0301 👩‍👩‍👧 … 你好。'.split(
    ' ',
  );

/** Random words, some with broken times, in random chunks, and random overlapping turns. */
export const randomCase = (seed: number, count: number, broken: boolean) => {
  const random = seeded(seed);
  const words: Word[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    at += random() < 0.1 ? random() * 4 : random() * 0.05;
    const end = at + (random() < 0.05 ? 0 : random() * 0.6);
    const text = vocabulary[Math.floor(random() * vocabulary.length)] ?? 'x';
    const shift = broken && random() < 0.1 ? (random() - 0.5) * 40 : 0;
    words.push({
      start: Math.max(0, at + shift),
      end: broken && random() < 0.05 ? 0 : end,
      text,
      probability: random(),
    });
    at = end;
  }
  const duration = at + 1;
  const recognitions: Recognition[] = [];
  for (let from = 0; from < words.length; ) {
    const size = 1 + Math.floor(random() * Math.max(1, count / 3));
    recognitions.push(recognition(words.slice(from, from + size)));
    from += size;
  }
  const turns: SpeakerTurn[] = [];
  for (let start = 0; start < duration; ) {
    const length = random() * 8;
    turns.push({ start, end: start + length, speaker: Math.floor(random() * 4) });
    start += length * (0.6 + random() * 0.6);
  }
  return { words, recognitions, diarization: diarization(turns), duration };
};
