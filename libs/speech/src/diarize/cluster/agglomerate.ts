import { dot } from './vector.js';

/** One voice, or a handful already joined. */
export interface Voice {
  /** Of length 1; of several already joined, their mean, which is shorter. */
  vector: Float32Array;
  /** How much speech it was taken from, any unit. */
  weight: number;
  /** Voices that the network told from this one, by index, with how much speech of both says so. */
  unlike: ReadonlyMap<number, number>;
}

/** Two clusters, named by a voice of each, that became one: the first's. */
interface Merge {
  into: number;
  from: number;
  /** Mean cosine distance between them, 0–2; more where they are known to differ. */
  distance: number;
}

/** Clusters are known to differ where this share of the smaller one was told from the other; in hours some is told wrongly. */
const toldApart = 0.2;

/**
 * Average-linkage clustering by cosine distance, weighted by speech, in which voices known to differ come last: the merges in
 * their order, up to `limit`. O(n²) memory, O(n²) to O(n³) time: for up to a thousand voices.
 */
export const mergesOf = (voices: readonly Voice[], limit: number): Merge[] => {
  const count = voices.length;
  const weight = voices.map((voice) => voice.weight);
  // In one block, which the allocator gives back whole: for hours there are many of these.
  const cells = new Float32Array(3 * count * count);
  const [mean, told, distance] = [0, 1, 2].map((at) =>
    cells.subarray(at * count * count, (at + 1) * count * count),
  ) as [
    mean: Float32Array,
    told: Float32Array,
    /** The mean, or beyond all means. */
    distance: Float32Array,
  ];
  measure(voices, mean, told);
  const alive = voices.map(() => true);
  const nearest = new Int32Array(count).fill(-1);
  const at = (a: number, b: number) => distance[a * count + b] as number;
  const merges: Merge[] = [];

  const judge = (a: number, b: number) => {
    const least = toldApart * Math.min(weight[a] as number, weight[b] as number);
    const value = (mean[a * count + b] as number) + ((told[a * count + b] as number) > least ? apart : 0);
    distance[a * count + b] = value;
    distance[b * count + a] = value;
  };
  const findNearest = (row: number) => {
    let best = -1;
    for (let other = 0; other < count; other++)
      if (alive[other] && other !== row && (best < 0 || at(row, other) < at(row, best))) best = other;
    nearest[row] = best;
  };
  for (let a = 0; a < count; a++) for (let b = 0; b < a; b++) judge(a, b);
  for (let row = 0; row < count; row++) findNearest(row);

  while (merges.length < count - 1) {
    let a = -1;
    for (let row = 0; row < count; row++) {
      if (!alive[row]) continue;
      if (a < 0 || at(row, nearest[row] as number) < at(a, nearest[a] as number)) a = row;
    }
    const b = nearest[a] as number;
    if (at(a, b) > limit) break;
    merges.push({ into: a, from: b, distance: at(a, b) });

    const [wa, wb] = [weight[a] as number, weight[b] as number];
    weight[a] = wa + wb;
    alive[b] = false;
    for (let other = 0; other < count; other++) {
      if (!alive[other] || other === a) continue;
      const [one, two] = [a * count + other, b * count + other];
      mean[one] = (wa * (mean[one] as number) + wb * (mean[two] as number)) / (wa + wb);
      mean[other * count + a] = mean[one] as number;
      told[one] = (told[one] as number) + (told[two] as number);
      told[other * count + a] = told[one] as number;
      judge(a, other);
    }
    for (let row = 0; row < count; row++)
      if (alive[row] && (row === a || nearest[row] === a || nearest[row] === b)) findNearest(row);
      else if (alive[row] && at(row, a) < at(row, nearest[row] as number)) nearest[row] = a;
  }
  return merges;
};

/** The cluster of each of `count` voices after some merges, numbered without gaps. */
export const labelsAfter = (count: number, merges: readonly Merge[]): number[] => {
  const into = Array.from({ length: count }, (_, index) => index);
  for (const merge of merges) into[merge.from] = merge.into;
  const root = (index: number): number => (into[index] === index ? index : root(into[index] as number));
  const numbers = new Map<number, number>();
  return into.map((_, index) => {
    const own = root(index);
    if (!numbers.has(own)) numbers.set(own, numbers.size);
    return numbers.get(own) as number;
  });
};

/** Added to the distance of those known to differ: more than any cosine distance. */
const apart = 4;

const measure = (voices: readonly Voice[], mean: Float32Array, told: Float32Array): void => {
  const count = voices.length;
  for (const [a, { vector, unlike }] of voices.entries()) {
    for (let b = 0; b < a; b++) {
      const value = 1 - dot(vector, (voices[b] as Voice).vector);
      mean[a * count + b] = value;
      mean[b * count + a] = value;
    }
    for (const [b, weight] of unlike) {
      told[a * count + b] = weight;
      told[b * count + a] = weight;
    }
  }
};
