import type { Span, TranscribeRequest } from '../contract.js';

/** Neighbouring speech in one language. */
export interface LanguageInterval {
  speech: Span[];
  /** ISO 639-1. */
  language: string;
  /** Of speech. */
  seconds: number;
}

/** A pause that may separate languages, seconds: who changes between them mostly does so between sentences, or another person does. */
const pause = 0.5;
/** Speech in which a language is looked for, seconds: shorter pieces tell too little by themselves. */
const least = 3;
/** Longest piece that is looked at as one, seconds: what Whisper sees at once. */
const most = 30;
/** From here on another language than the recording's is believed, 0–1, in pieces of `least` seconds and in shorter ones. */
const believed = 0.6;
const believedShort = 0.9;

/** Cuts speech where its language changes, as far as pauses show; what leaves doubt is in the recording's language. */
export const languageIntervalsOf = async (
  { speech, language }: Pick<TranscribeRequest, 'speech' | 'language'>,
  detect: (speech: Span[]) => Promise<{ language: string; probability: number }>,
): Promise<LanguageInterval[]> => {
  const intervals: LanguageInterval[] = [];
  for (const piece of piecesOf(speech)) {
    const seconds = lengthOf(piece);
    const found = await detect(piece);
    const isBelieved = found.probability >= (seconds < least ? believedShort : believed);
    const own = isBelieved ? found.language : language;
    const last = intervals.at(-1);
    if (last?.language === own) {
      last.speech.push(...piece);
      last.seconds += seconds;
    } else intervals.push({ speech: piece, language: own, seconds });
  }
  return intervals;
};

const lengthOf = (speech: readonly Span[]): number => speech.reduce((sum, { start, end }) => sum + end - start, 0);

/** Speech in pieces of a few sentences: cut at pauses, once there is enough in them. */
const piecesOf = (speech: readonly Span[]): Span[][] => {
  const pieces: Span[][] = [];
  for (const span of speech) {
    const last = pieces.at(-1);
    const end = last?.at(-1)?.end ?? Number.NEGATIVE_INFINITY;
    const isEnough = last !== undefined && lengthOf(last) >= least && span.start - end >= pause;
    const isFull = last !== undefined && lengthOf(last) + span.end - span.start > most;
    if (last === undefined || isEnough || isFull) pieces.push([span]);
    else last.push(span);
  }
  return pieces;
};
