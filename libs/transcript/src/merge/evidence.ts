import type { SpeakerTurn, Word } from '../model.js';

/** How much of one word a speaker holds. */
export interface Claim {
  /** Cluster of the diarizer. */
  speaker: number;
  /** Of the word's length, 0–1. */
  share: number;
  /** Seconds from the word to the nearest turn of the speaker; 0 where they overlap. */
  distance: number;
}

/** Words shorter than this (seconds) are judged as if they were this long: Whisper gives some no length at all. */
const shortest = 0.02;

/** Joins turns of one speaker that touch or overlap; sorted by start. */
export const uniteTurns = (turns: readonly SpeakerTurn[]): SpeakerTurn[] => {
  const united: SpeakerTurn[] = [];
  const open = new Map<number, SpeakerTurn>();
  const sorted = turns.filter((turn) => turn.end > turn.start).sort((a, b) => a.start - b.start);
  for (const turn of sorted) {
    const last = open.get(turn.speaker);
    if (last !== undefined && turn.start <= last.end) {
      last.end = Math.max(last.end, turn.end);
      continue;
    }
    const copy = { ...turn };
    open.set(turn.speaker, copy);
    united.push(copy);
  }
  return united;
};

/**
 * For each word the speakers within `reach` seconds, who holds most of it first. Words must be in order
 * (`collectWords`), turns united and sorted; one sweep over both, so the cost is linear for any length.
 */
export const weighClaims = (words: readonly Word[], turns: readonly SpeakerTurn[], reach: number): Claim[][] => {
  let next = 0;
  let active: SpeakerTurn[] = [];
  return words.map((word) => {
    const middle = (word.start + word.end) / 2;
    const start = Math.min(word.start, middle - shortest / 2);
    const end = Math.max(word.end, middle + shortest / 2);
    for (let turn = turns[next]; turn !== undefined && turn.start < end + reach; turn = turns[next]) {
      active.push(turn);
      next += 1;
    }
    active = active.filter((turn) => turn.end > start - reach - shortest);
    const claims = new Map<number, Claim>();
    for (const turn of active) {
      const overlap = Math.max(0, Math.min(end, turn.end) - Math.max(start, turn.start));
      const distance = overlap > 0 ? 0 : Math.max(turn.start - end, start - turn.end, 0);
      const claim = claims.get(turn.speaker) ?? { speaker: turn.speaker, share: 0, distance: Number.POSITIVE_INFINITY };
      claim.share = Math.min(1, claim.share + overlap / (end - start));
      claim.distance = Math.min(claim.distance, distance);
      claims.set(turn.speaker, claim);
    }
    return [...claims.values()].sort((a, b) => b.share - a.share || a.distance - b.distance);
  });
};
