import type { SpeakerTurn, Word } from '../model.js';
import { type Claim, uniteTurns, weighClaims } from './evidence.js';
import { sentenceEnds } from './sentence.js';

/** A word outside every turn, alone in its sentence, goes to the nearest turn within this many seconds. */
const reach = 3;
/** Two speakers whose shares of a word differ by less than this talk at once: the sentence decides. */
const tie = 0.1;
/** A word is weak evidence where its speaker holds less than this more of it than the sentence's speaker. */
const weak = 0.5;
/** Word times of Whisper and borders of turns are off by about this much, seconds: a word at a border may be either's. */
const jitter = 0.3;

/**
 * The speaker of each word, or null where no one is near. Who holds most of a word has it; words in gaps and words
 * that two speakers hold equally follow their sentence; a lone word flipped within another's sentence follows it too,
 * where its evidence is weak. No word is moved, split or dropped.
 */
export const assignSpeakers = (words: readonly Word[], turns: readonly SpeakerTurn[]): (number | null)[] => {
  const claims = weighClaims(words, uniteTurns(turns), reach);
  const speakers = claims.map(clearOwner);
  let from = 0;
  for (const to of sentenceEnds(words)) {
    fillSentence(speakers, claims, words, from, to);
    smoothSentence(speakers, claims, from, to);
    from = to;
  }
  return speakers;
};

const clearOwner = (claims: readonly Claim[]): number | null => {
  const [best, second] = claims;
  if (best === undefined || best.share <= 0) return null;
  return best.share - (second?.share ?? 0) >= tie ? best.speaker : null;
};

/** Undecided words take the nearest decided neighbour of the sentence, among the speakers who hold them if any do. */
const fillSentence = (
  speakers: (number | null)[],
  claims: readonly Claim[][],
  words: readonly Word[],
  from: number,
  to: number,
): void => {
  const left: number[] = [];
  const right: number[] = [];
  let seen = -1;
  for (let index = from; index < to; index += 1) {
    if (speakers[index] !== null) seen = index;
    left[index - from] = seen;
  }
  seen = -1;
  for (let index = to - 1; index >= from; index -= 1) {
    if (speakers[index] !== null) seen = index;
    right[index - from] = seen;
  }
  const decided = speakers.slice(from, to);
  // Where two speak at once through a whole sentence, the one who holds most of it speaks it.
  const held = new Map<number, number>();
  for (let index = from; index < to; index += 1) {
    for (const claim of claims[index] ?? []) held.set(claim.speaker, (held.get(claim.speaker) ?? 0) + claim.share);
  }
  for (let index = from; index < to; index += 1) {
    if (decided[index - from] !== null) continue;
    const word = words[index] as Word;
    const holders = (claims[index] ?? []).filter((claim) => claim.share > 0);
    const neighbours = [left[index - from] ?? -1, right[index - from] ?? -1]
      .filter((at) => at >= 0)
      .sort((a, b) => gap(word, words[a] as Word) - gap(word, words[b] as Word))
      .map((at) => decided[at - from] as number);
    const top = holders[0]?.share ?? 0;
    const tied = holders.filter((claim) => top - claim.share < tie);
    const fitting = neighbours.find((speaker) => tied.length === 0 || tied.some((claim) => claim.speaker === speaker));
    const longest = tied.toSorted((a, b) => (held.get(b.speaker) ?? 0) - (held.get(a.speaker) ?? 0))[0];
    speakers[index] = fitting ?? longest?.speaker ?? claims[index]?.[0]?.speaker ?? null;
  }
};

const gap = (a: Word, b: Word): number => Math.max(0, b.start - a.end, a.start - b.end);

/** Returns single words to the speaker of the words around them; at a sentence's edge to its one other speaker. */
const smoothSentence = (speakers: (number | null)[], claims: readonly Claim[][], from: number, to: number): void => {
  if (to - from < 3) return;
  for (let index = from; index < to; index += 1) {
    const own = speakers[index] ?? null;
    const before = index > from ? (speakers[index - 1] ?? null) : null;
    const after = index + 1 < to ? (speakers[index + 1] ?? null) : null;
    const inside = index > from && index + 1 < to;
    const other = inside ? (before === after ? before : null) : (after ?? before);
    if (own === null || other === null || own === other) continue;
    const owned = claims[index]?.find((claim) => claim.speaker === own);
    const rival = claims[index]?.find((claim) => claim.speaker === other);
    if (rival === undefined) continue;
    const isWeak = (owned?.share ?? 0) - rival.share < weak;
    // At an edge the neighbouring sentence's turn may simply end late or begin early.
    const atBorder =
      !inside &&
      rival.distance <= jitter &&
      onlySpeaker(speakers, other, index === from ? from + 1 : from, index === from ? to : to - 1);
    if (inside ? isWeak : isWeak || atBorder) speakers[index] = other;
  }
};

const onlySpeaker = (speakers: readonly (number | null)[], speaker: number, from: number, to: number): boolean => {
  for (let index = from; index < to; index += 1) if (speakers[index] !== speaker) return false;
  return true;
};
