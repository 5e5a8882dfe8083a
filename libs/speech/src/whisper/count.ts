import { timesByPauses } from './pause-count.js';
import { plain, repeatsOf, standsOnSound } from './repeat.js';
import type { Utterance } from './utterance.js';
import type { RecognizedWord } from './word.js';

/** From so many repeats on a phrase is counted: Whisper writes once or twice more than were spoken, or fewer where they are many. */
export const leastRepeats = 3;
/** Surplus that the sound may contradict, of what is written: beyond it the sound is not understood. */
const mostSurplus = 0.4;
/** How many times as often as it is written a phrase may have been spoken. */
const mostMissed = 4;
/** Syllables of a phrase that are looked for. */
const mostSyllables = 12;
/** What a wrong number of syllables weighs beside a wrong number of repeats: letters tell of syllables, the model of repeats. */
const syllableWeight = 0.8;
/** Repeats are even where the least has so much of the time of the greatest. */
const even = 0.9;
/** A syllable so soon after the word before is that word's, seconds: attention leaves words early. */
const early = 0.15;
/** Words of a phrase lie in its utterance, but for so many seconds. */
const slack = 0.25;
/** How far a syllable reaches before and behind its middle, seconds. */
const before = 0.15;
const behind = 0.2;

/** A phrase that was spoken more often than it is written. */
export interface Undercount {
  /** The written words: [at, at + count) of those counted. */
  at: number;
  count: number;
  /** The phrase once. */
  phrase: readonly RecognizedWord[];
  /** Where it was spoken, seconds of the window. */
  places: readonly { start: number; end: number }[];
}

/** Words whose repeats were compared with the sound, in seconds of the window. */
export interface Counted {
  words: RecognizedWord[];
  /** Written and never spoken. */
  surplus: RecognizedWord[];
  missed: Undercount[];
  /** Whether the sound agrees with all repeats that are left. */
  isSure: boolean;
}

/**
 * Repeats as often as there are utterances for them, or syllables where no one pauses: a model that repeats itself cannot count, the ear
 * can. What is written more often than it was spoken is taken out, where the sound leaves it least room; what is left stands where it was spoken.
 * @param beats middles of the syllables, seconds
 * @param utterances what lies between pauses
 */
export const countRepeats = (
  words: readonly RecognizedWord[],
  { beats, utterances }: { beats: readonly number[]; utterances: readonly Utterance[] },
): Counted => {
  const result: Counted = { words: [], surplus: [], missed: [], isSure: true };
  let done = 0;
  for (const { at, length, times } of repeatsOf(words, () => leastRepeats - 1)) {
    result.words.push(...words.slice(done, at));
    done = at + length * times;
    const phrases = Array.from({ length: times }, (_, time) =>
      words.slice(at + time * length, at + (time + 1) * length),
    );
    const previous = words[at - 1];
    const from = previous === undefined ? 0 : previous.end + early;
    const to = words[done]?.start ?? Number.POSITIVE_INFINITY;
    const byPauses = timesByPauses(phrases, utterances, { from: previous?.end ?? 0, to });
    if (byPauses !== null) {
      if (byPauses.length > times) {
        const [phrase = []] = phrases;
        result.missed.push({ at: result.words.length, count: length * times, phrase, places: byPauses });
        result.isSure = false;
        result.words.push(...phrases.flat());
        continue;
      }
      const kept = roomiest(phrases, byPauses.length);
      result.surplus.push(...phrases.filter((phrase) => !kept.includes(phrase)).flat());
      for (const [index, place] of byPauses.entries()) result.words.push(...within(kept[index] ?? [], place));
      continue;
    }
    const own = beats.filter((beat) => beat > from && beat < to);
    if (isEven(phrases)) {
      result.words.push(...phrases.flat());
      continue;
    }
    const spoken = timesSpoken(phrases, own.length);
    if (spoken === null || spoken > times) {
      const [phrase = []] = phrases;
      if (spoken !== null) {
        // Where no word follows, something else may: each place is looked at by itself then, as long as the phrase is.
        const syllables =
          words[done] === undefined ? (syllablesIn(phrase) ?? own.length / spoken) : own.length / spoken;
        const places = placesOf(
          own.slice(0, own.length - (own.length % syllables)),
          Math.floor(own.length / syllables),
        );
        result.missed.push({ at: result.words.length, count: length * times, phrase, places });
      }
      result.isSure = false;
      result.words.push(...phrases.flat());
      continue;
    }
    const kept = roomiest(phrases, spoken);
    result.surplus.push(...phrases.filter((phrase) => !kept.includes(phrase)).flat());
    for (const [index, place] of placesOf(own, spoken).entries())
      result.words.push(...placed(kept[index] ?? [], place));
  }
  result.words.push(...words.slice(done));
  return result;
};

const vowels = /[aeiouyàâäáãåæèéêëìíîïòóôöõøœùúûüýаеёиоуыэюяіїєαεηιουωάέήίόύώ]+/gu;

/** How many vowels a phrase has; null where it is written without. */
const syllablesIn = (phrase: readonly RecognizedWord[]): number | null =>
  phrase.map(plain).join(' ').match(vowels)?.length ?? null;

/** How often a phrase was spoken that is written several times; null where the syllables do not tell. */
const timesSpoken = (phrases: readonly RecognizedWord[][], beats: number): number | null => {
  const written = phrases.length;
  const expected = syllablesIn(phrases[0] ?? []);
  let best: { spoken: number; cost: number } | null = null;
  for (let syllables = 1; syllables <= mostSyllables; syllables++) {
    if (beats === 0 || beats % syllables !== 0) continue;
    if (expected !== null && (syllables < expected / 2 || syllables > expected * 2)) continue;
    const spoken = beats / syllables;
    if ((spoken < written * (1 - mostSurplus) && written - spoken > 1) || spoken > written * mostMissed) continue;
    // Both may be wrong: the model by a few repeats, the letters by a syllable that is not pronounced.
    const cost =
      Math.abs(Math.log(spoken / written)) +
      (expected === null ? 0 : syllableWeight * Math.abs(Math.log(syllables / expected)));
    if (best === null || cost < best.cost) best = { spoken, cost };
  }
  return best?.spoken ?? null;
};

/** Whether all phrases but the first, which a pause may precede, are given as much sound: then each was spoken, whatever its syllables. */
const isEven = (phrases: readonly RecognizedWord[][]): boolean => {
  const ends = phrases.map((phrase) => phrase.at(-1)?.end ?? 0);
  const rooms = ends.slice(1).map((end, index) => end - (ends[index] ?? 0));
  return (
    phrases.length > leastRepeats && Math.min(...rooms) >= even * Math.max(...rooms) && phrases.every(standsOnSound)
  );
};

/** So many phrases that have most room, in their order. */
const roomiest = (phrases: readonly RecognizedWord[][], count: number): RecognizedWord[][] => {
  const room = (phrase: readonly RecognizedWord[]) =>
    (phrase.at(-1)?.end ?? 0) - Math.max(phrase[0]?.reach ?? 0, phrase[0]?.start ?? 0);
  const kept = new Set(phrases.toSorted((a, b) => room(b) - room(a)).slice(0, count));
  return phrases.filter((phrase) => kept.has(phrase));
};

/** Where each of so many repeats is, by its syllables; half of what lies between two belongs to either. */
const placesOf = (beats: readonly number[], count: number): { start: number; end: number }[] => {
  const syllables = beats.length / count;
  return Array.from({ length: count }, (_, index) => {
    const first = beats[index * syllables] ?? 0;
    const last = beats[(index + 1) * syllables - 1] ?? first;
    const previous = beats[index * syllables - 1] ?? Number.NEGATIVE_INFINITY;
    const next = beats[(index + 1) * syllables] ?? Number.POSITIVE_INFINITY;
    return {
      start: Math.max(0, first - before, (previous + first) / 2),
      end: Math.min(last + behind, (last + next) / 2),
    };
  });
};

/** A phrase that lies in its place stays where its words are; else it is put there. */
const within = (phrase: readonly RecognizedWord[], place: Utterance): readonly RecognizedWord[] =>
  phrase.every(({ start, end }) => (start + end) / 2 > place.start - slack && end < place.end + slack)
    ? phrase
    : placed(phrase, place);

/** A phrase at a place of its own: attention cannot tell repeats apart, and puts several together. */
export const placed = (
  phrase: readonly RecognizedWord[],
  { start, end }: { start: number; end: number },
): RecognizedWord[] => {
  const letters = phrase.reduce((sum, { text }) => sum + [...text].length, 0);
  let done = 0;
  return phrase.map((word) => {
    const from = start + ((end - start) * done) / letters;
    done += [...word.text].length;
    return { ...word, start: from, reach: from, end: start + ((end - start) * done) / letters };
  });
};
