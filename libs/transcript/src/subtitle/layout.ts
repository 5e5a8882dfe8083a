import type { SubtitleLimits } from './limit.js';
import type { Piece } from './piece.js';

/** One cue before its times are settled: one or two lines and the pieces' own times, seconds. */
export interface DraftCue {
  start: number;
  end: number;
  lines: string[];
}

/** Weights of the layout, in the units of the break costs; tuned by reading the snapshots. */
const weight = {
  cue: 4,
  cueBreak: 2,
  sentenceInside: 3,
  short: 8,
  long: 10,
  speed: 0.5,
  pauseInside: 8,
  silenceInside: 40,
  tiny: 3,
  secondLine: 0.5,
  imbalance: 3,
  lineBreak: 0.5,
};
const pauseInside = 1.5;
const silenceInside = 3;
const tinyWidth = 10;

/**
 * Cuts the pieces of one paragraph into cues of at most two lines so that the sum of all costs is least (shortest path
 * over break points, as TeX breaks paragraphs: Knuth and Plass 1981). A cue holds few pieces, so the cost is linear.
 */
export const layoutCues = (pieces: readonly Piece[], limits: SubtitleLimits): DraftCue[] => {
  const count = pieces.length;
  const best = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
  const from = new Int32Array(count + 1);
  best[0] = 0;
  const widths = sums(pieces);
  for (let to = 1; to <= count; to += 1) {
    let sentences = 0;
    let pause = 0;
    for (let start = to - 1; start >= 0; start -= 1) {
      const first = pieces[start] as Piece;
      if (start < to - 1) {
        if (first.sentenceEnd) sentences += 1;
        pause = Math.max(pause, (pieces[start + 1] as Piece).start - first.end);
      }
      if (lineWidth(widths, pieces, start, to) > limits.line * limits.lines + 1) break;
      const split = splitLine(pieces, widths, start, to, limits);
      if (split === null) continue;
      const total =
        (best[start] ?? 0) +
        split.cost +
        cueCost(pieces, lineWidth(widths, pieces, start, to), start, to, limits) +
        sentences * weight.sentenceInside +
        (pause >= silenceInside ? weight.silenceInside : pause >= pauseInside ? weight.pauseInside : 0);
      if (total < (best[to] ?? 0)) {
        best[to] = total;
        from[to] = start;
      }
    }
  }
  const cues: DraftCue[] = [];
  for (let to = count; to > 0; to = from[to] ?? 0) {
    const start = from[to] ?? 0;
    const split = splitLine(pieces, widths, start, to, limits)?.at ?? to;
    const lines = split < to ? [write(pieces, start, split), write(pieces, split, to)] : [write(pieces, start, to)];
    cues.push({ start: (pieces[start] as Piece).start, end: (pieces[to - 1] as Piece).end, lines });
  }
  return cues.reverse();
};

const sums = (pieces: readonly Piece[]): Float64Array => {
  const result = new Float64Array(pieces.length + 1);
  for (const [index, { width, space }] of pieces.entries()) {
    result[index + 1] = (result[index] ?? 0) + width + (space ? 1 : 0);
  }
  return result;
};

const lineWidth = (widths: Float64Array, pieces: readonly Piece[], from: number, to: number): number =>
  (widths[to] ?? 0) - (widths[from] ?? 0) - (pieces[from]?.space ? 1 : 0);

const cueCost = (pieces: readonly Piece[], width: number, from: number, to: number, limits: SubtitleLimits): number => {
  const first = pieces[from] as Piece;
  const last = pieces[to - 1] as Piece;
  const spoken = last.end - first.start;
  const room = (pieces[to]?.start ?? Number.POSITIVE_INFINITY) - first.start - limits.gap;
  const shown = Math.max(0.1, Math.min(spoken + limits.linger, room));
  const speed = width / shown;
  return (
    weight.cue +
    (to < pieces.length ? last.breakCost * weight.cueBreak : 0) +
    (shown < limits.shortest ? (limits.shortest - shown) * weight.short : 0) +
    (spoken > limits.longest ? weight.long * (1 + spoken - limits.longest) : 0) +
    (speed > limits.speed ? (speed - limits.speed) * weight.speed : 0) +
    (width < tinyWidth && !last.sentenceEnd ? weight.tiny : 0)
  );
};

/** Where the second line begins (`to` for a single line) and what that costs; null where two lines do not hold it. */
const splitLine = (
  pieces: readonly Piece[],
  widths: Float64Array,
  from: number,
  to: number,
  limits: SubtitleLimits,
): { at: number; cost: number } | null => {
  if (lineWidth(widths, pieces, from, to) <= limits.line) return { at: to, cost: 0 };
  let at = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let middle = from + 1; middle < to; middle += 1) {
    const upper = lineWidth(widths, pieces, from, middle);
    if (upper > limits.line) break;
    const lower = lineWidth(widths, pieces, middle, to);
    if (lower > limits.line) continue;
    const cost =
      weight.secondLine +
      (Math.abs(upper - lower) / limits.line) * weight.imbalance +
      Math.min((pieces[middle - 1] as Piece).breakCost, 30) * weight.lineBreak;
    if (cost < least) {
      least = cost;
      at = middle;
    }
  }
  return at < 0 ? null : { at, cost: least };
};

const write = (pieces: readonly Piece[], from: number, to: number): string => {
  let line = '';
  for (let index = from; index < to; index += 1) {
    const { text, space } = pieces[index] as Piece;
    line += (line !== '' && space ? ' ' : '') + text;
  }
  return line;
};
