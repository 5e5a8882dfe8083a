/** Somebody speaking, seconds; any name, any order, overlaps welcome. */
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

/**
 * For each row its column in the assignment of the largest sum (Hungarian algorithm with potentials, O(n³)); −1 for rows
 * left over. Source: the classical formulation by E. Lawler, 1976.
 */
export const assign = (gain: readonly (readonly number[])[]): number[] => {
  const size = Math.max(gain.length, gain[0]?.length ?? 0);
  const cost = (row: number, column: number) => -(gain[row - 1]?.[column - 1] ?? 0);
  const [u, v] = [new Array<number>(size + 1).fill(0), new Array<number>(size + 1).fill(0)];
  const rowOf = new Array<number>(size + 1).fill(0);
  for (let row = 1; row <= size; row++) {
    rowOf[0] = row;
    const least = new Array<number>(size + 1).fill(Number.POSITIVE_INFINITY);
    const used = new Array<boolean>(size + 1).fill(false);
    const way = new Array<number>(size + 1).fill(0);
    let column = 0;
    do {
      used[column] = true;
      const current = rowOf[column] as number;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= size; j++) {
        if (used[j]) continue;
        const reduced = cost(current, j) - (u[current] as number) - (v[j] as number);
        if (reduced < (least[j] as number)) {
          least[j] = reduced;
          way[j] = column;
        }
        if ((least[j] as number) < delta) {
          delta = least[j] as number;
          next = j;
        }
      }
      for (let j = 0; j <= size; j++) {
        if (used[j]) {
          const held = rowOf[j] as number;
          u[held] = (u[held] as number) + delta;
          v[j] = (v[j] as number) - delta;
        } else least[j] = (least[j] as number) - delta;
      }
      column = next;
    } while (rowOf[column] !== 0);
    for (let j = column; j !== 0; j = way[j] as number) rowOf[j] = rowOf[way[j] as number] as number;
  }
  const columns = gain.map(() => -1);
  for (let column = 1; column <= (gain[0]?.length ?? 0); column++) {
    const row = rowOf[column] as number;
    if (row >= 1 && row <= gain.length) columns[row - 1] = column - 1;
  }
  return columns;
};
