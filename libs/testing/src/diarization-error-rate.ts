import { munkres } from 'munkres';

/** Someone speaking, seconds; any name, any order, overlaps welcome. */
export interface ScoredTurn {
  start: number;
  end: number;
  speaker: string | number;
}

export interface DiarizationErrorRate {
  /** (missed + falseAlarm + confusion) / total; above 1 where more is wrong than there is speech. */
  rate: number;
  /** Seconds of speech, a second of two voices counting twice. */
  total: number;
  missed: number;
  falseAlarm: number;
  confusion: number;
}

/**
 * Diarization error rate as the field scores it (NIST md-eval, pyannote.metrics): no collar, overlapping speech counted,
 * speakers matched one to one in the way that is best for the hypothesis. Without `duration` the stretch from the first start
 * to the last end of both is scored.
 */
export const diarizationErrorRate = (
  reference: readonly ScoredTurn[],
  hypothesis: readonly ScoredTurn[],
): DiarizationErrorRate => {
  const [truth, heard] = [named(reference), named(hypothesis)];
  const times = [...new Set([...reference, ...hypothesis].flatMap(({ start, end }) => [start, end]))].sort(
    (a, b) => a - b,
  );
  const shared = truth.names.map(() => heard.names.map(() => 0));
  const slices: { length: number; true: number[]; heard: number[] }[] = [];
  const [truthAt, heardAt] = [sweep(truth.turns), sweep(heard.turns)];
  for (const [index, start] of times.entries()) {
    const length = (times[index + 1] ?? start) - start;
    if (length <= 0) continue;
    const slice = { length, true: truthAt(start), heard: heardAt(start) };
    slices.push(slice);
    for (const a of slice.true)
      for (const b of slice.heard) (shared[a] as number[])[b] = (shared[a]?.[b] ?? 0) + length;
  }

  const partner = assign(shared);
  const result = { rate: 0, total: 0, missed: 0, falseAlarm: 0, confusion: 0 };
  for (const slice of slices) {
    const correct = slice.true.filter((speaker) => slice.heard.includes(partner[speaker] ?? -1)).length;
    result.total += slice.length * slice.true.length;
    result.missed += slice.length * Math.max(0, slice.true.length - slice.heard.length);
    result.falseAlarm += slice.length * Math.max(0, slice.heard.length - slice.true.length);
    result.confusion += slice.length * (Math.min(slice.true.length, slice.heard.length) - correct);
  }
  const wrong = result.missed + result.falseAlarm + result.confusion;
  result.rate = result.total > 0 ? wrong / result.total : wrong > 0 ? Number.POSITIVE_INFINITY : 0;
  return result;
};

const named = (turns: readonly ScoredTurn[]) => {
  const names = [...new Set(turns.map(({ speaker }) => speaker))];
  return { names, turns: turns.map(({ start, end, speaker }) => ({ start, end, speaker: names.indexOf(speaker) })) };
};

/** Who speaks at a time, asked for rising times; each speaker once, however many of their turns overlap. */
const sweep = (turns: readonly { start: number; end: number; speaker: number }[]) => {
  const waiting = turns.toSorted((a, b) => b.start - a.start);
  let open: { start: number; end: number; speaker: number }[] = [];
  return (time: number): number[] => {
    for (let next = waiting.at(-1); next && next.start <= time; next = waiting.at(-1)) open.push(waiting.pop() ?? next);
    open = open.filter(({ end }) => end > time);
    return [...new Set(open.map(({ speaker }) => speaker))];
  };
};

/** For each row its column in the assignment of the largest sum; −1 for rows left over. */
export const assign = (gain: readonly (readonly number[])[]): number[] => {
  const columns = gain.map(() => -1);
  for (const [row, column] of munkres(gain.map((each) => each.map((value) => -value)))) columns[row] = column;
  return columns;
};
