import type { Removed } from '@whisper-bot/transcript';
import type { Wav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { beatsOf } from './beat.js';
import { countRepeats, leastRepeats, type Undercount } from './count.js';
import { quietest } from './cut.js';
import { type Gap, gapsOf } from './gap.js';
import { withoutHallucinations } from './guard.js';
import type { RecognizedWindow } from './recognize.js';
import { endsInRepeat, repeatsOf, withoutEchoes, withoutLoops } from './repeat.js';
import { utterancesOf } from './utterance.js';
import { inRecording, partOf, type Window, windowLength } from './window.js';
import { type RecognizedWord, wordsOf } from './word.js';

/** The words of a window, without what the model invented, in window time. */
export interface WindowWords {
  window: Window;
  words: RecognizedWord[];
  language: string;
  noSpeech: number;
}

/** A window under repair. */
export interface State extends WindowWords {
  removed: RecognizedWord[];
  /** Repeats beyond what the sound has syllables for. */
  surplus: RecognizedWord[];
  /** Phrases that were spoken more often than they are written, until they are recognized one by one. */
  missed: readonly Undercount[];
  /** Whether all repeats are as many as the sound has. */
  isCounted: boolean;
  gaps: Gap[];
  /** Whether it may be recognized again. */
  open: boolean;
  /** Whether its pieces were recognized, and were no better. */
  divided: boolean;
}

/** Speech without words is named from so many seconds on. */
const worthNaming = 1;

/**
 * @param translate whether the words are English, whatever is spoken: they tell nothing about syllables
 * @param again whether it was recognized before, as a part of another window
 */
export const stateOf = async (
  one: RecognizedWindow,
  { translate, wav, again = false }: { translate: boolean; wav: Wav; again?: boolean },
): Promise<State> => {
  const { window, language, result } = one;
  const written = wordsOf(result.pieces, translate ? 'en' : language);
  // The sound is only read where a repeat is to be judged.
  const isJudged = endsInRepeat(written) || repeatsOf(written, () => leastRepeats - 1).length > 0;
  const sounds = isJudged ? await soundsOf(wav, window) : { beats: [], utterances: [] };
  const { beats, utterances } = sounds;
  const { words: all, removed: echoes } = withoutEchoes(written, { ends: utterances.map(({ end }) => end), beats });
  const isRepeated = !translate && repeatsOf(all, () => leastRepeats - 1).length > 0;
  const counted = isRepeated ? countRepeats(all, sounds) : null;
  // What was spoken more often than it is written needs nothing taken out.
  const { words, removed } =
    counted !== null && counted.missed.length > 0
      ? { words: counted.words, removed: [] }
      : withoutLoops(counted?.words ?? all);
  const kept = withoutHallucinations(result, words, windowLength(window) / sampleRate);
  return {
    window,
    language,
    noSpeech: result.noSpeech,
    words: kept,
    removed,
    surplus: [...(counted?.surplus ?? []), ...echoes],
    missed: kept.length === words.length ? (counted?.missed ?? []) : [],
    isCounted: counted?.isSure ?? true,
    gaps: await Promise.all(gapsOf(one, kept, { apart: again }).map((gap) => toPause(gap, { window, wav }))),
    open: true,
    divided: false,
  };
};

const soundsOf = async (wav: Wav, window: Window) => ({
  beats: await beatsOf(wav, window),
  utterances: await utterancesOf(wav, window),
});

/** A word after what was left out is often placed too early, by so many seconds at most. */
const tooEarly = 0.8;
const slightly = 0.3;

/** A gap that ends within a slice ends at the quietest place near by: what is recognized again must end with a word. */
const toPause = async (gap: Gap, { window, wav }: { window: Window; wav: Wav }): Promise<Gap> => {
  const last = gap.window.at(-1);
  const slice = window.find(({ from, to }) => last !== undefined && last.from >= from && last.to < to);
  if (last === undefined || slice === undefined) return gap;
  const from = Math.max(last.from, Math.round(last.to - slightly * sampleRate));
  const to = await quietest(wav, from, Math.min(slice.to, Math.round(last.to + tooEarly * sampleRate)));
  const end = gap.end + (to - last.to) / sampleRate;
  return to > last.from ? { ...gap, end, window: partOf(window, { start: gap.start, end }) } : gap;
};

/** What is not in the text, as it is named in the transcript. */
export const removedOf = ({ window, gaps, removed, surplus }: State): Removed[] => {
  const times = (pieces: Window) => ({
    start: (pieces[0]?.from ?? 0) / sampleRate,
    end: (pieces.at(-1)?.to ?? 0) / sampleRate,
  });
  const named: Removed[] = gaps
    .filter(({ seconds }) => seconds >= worthNaming)
    .map((gap) => ({ ...times(gap.window), reason: 'no-words' }));
  const repeats = [...removed, ...surplus];
  return repeats.length === 0 ? named : [...named, { ...spanOf(window, repeats), reason: 'repetition' }];
};

/** Where words of a window are in the recording, seconds. */
const spanOf = (window: Window, words: readonly RecognizedWord[]): { start: number; end: number } => {
  const start = inRecording(window, Math.min(...words.map((word) => word.start)));
  return { start, end: Math.max(start, inRecording(window, Math.max(...words.map((word) => word.end)))) };
};
