import { dot } from './vector.js';

/** One embedding, or the mean of several. */
export interface WeightedEmbedding {
  /** Of length 1; a mean of several is shorter. */
  vector: Float32Array;
  /** Amount of speech it was computed from, any unit. */
  weight: number;
  /** Embeddings that the network separated from this one in a window, by index, with the amount of speech that supports it. */
  cannotLink: ReadonlyMap<number, number>;
}

/** Two clusters, named by an embedding of each, that are merged into the first. */
interface Merge {
  into: number;
  from: number;
  /** Mean cosine distance between them, 0–2; more where they cannot be linked. */
  distance: number;
}

/** Two clusters cannot be linked where this share of the smaller one was separated from the other; over hours some separations are wrong. */
const cannotLinkShare = 0.2;

/**
 * Average-linkage clustering by cosine distance, weighted by speech, in which clusters that cannot be linked merge last: the merges in
 * their order, up to `limit`. O(n²) memory, O(n²) to O(n³) time: for up to a thousand embeddings.
 */
export const mergesOf = (embeddings: readonly WeightedEmbedding[], limit: number): Merge[] => {
  const count = embeddings.length;
  const weight = embeddings.map((embedding) => embedding.weight);
  // In one block, which the allocator gives back whole: for hours there are many of these.
  const cells = new Float32Array(3 * count * count);
  const [mean, cannotLinkWeight, distance] = [0, 1, 2].map((at) =>
    cells.subarray(at * count * count, (at + 1) * count * count),
  ) as [
    mean: Float32Array,
    cannotLinkWeight: Float32Array,
    /** The mean, or beyond all means. */
    distance: Float32Array,
  ];
  measure(embeddings, mean, cannotLinkWeight);
  const alive = embeddings.map(() => true);
  const nearest = new Int32Array(count).fill(-1);
  const at = (a: number, b: number) => distance[a * count + b] as number;
  const merges: Merge[] = [];

  const judge = (a: number, b: number) => {
    const least = cannotLinkShare * Math.min(weight[a] as number, weight[b] as number);
    const value =
      (mean[a * count + b] as number) + ((cannotLinkWeight[a * count + b] as number) > least ? cannotLinkPenalty : 0);
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
      cannotLinkWeight[one] = (cannotLinkWeight[one] as number) + (cannotLinkWeight[two] as number);
      cannotLinkWeight[other * count + a] = cannotLinkWeight[one] as number;
      judge(a, other);
    }
    for (let row = 0; row < count; row++)
      if (alive[row] && (row === a || nearest[row] === a || nearest[row] === b)) findNearest(row);
      else if (alive[row] && at(row, a) < at(row, nearest[row] as number)) nearest[row] = a;
  }
  return merges;
};

/** The cluster of each of `count` embeddings after some merges, numbered without gaps. */
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

/** Added to the distance of clusters that cannot be linked: more than any cosine distance. */
const cannotLinkPenalty = 4;

const measure = (
  embeddings: readonly WeightedEmbedding[],
  mean: Float32Array,
  cannotLinkWeight: Float32Array,
): void => {
  const count = embeddings.length;
  for (const [a, { vector, cannotLink }] of embeddings.entries()) {
    for (let b = 0; b < a; b++) {
      const value = 1 - dot(vector, (embeddings[b] as WeightedEmbedding).vector);
      mean[a * count + b] = value;
      mean[b * count + a] = value;
    }
    for (const [b, weight] of cannotLink) {
      cannotLinkWeight[a * count + b] = weight;
      cannotLinkWeight[b * count + a] = weight;
    }
  }
};
