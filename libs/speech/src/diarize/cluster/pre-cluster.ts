import { labelsAfter, mergesOf, type WeightedEmbedding } from './agglomerate.js';
import { createVectors } from './vector.js';

/** The most that are clustered at once: 1000² distances. */
const most = 1000;
const block = 500;
/** Cosine distance up to which two embeddings are surely one speaker; half of the speaker threshold. */
const surely = 0.2;

/**
 * Joins embeddings that are surely of one speaker, block by block, until few enough are left to be clustered at once. Keeps the cost of
 * hours of recording from growing with the square or cube of their length. `count`: how many embeddings.
 */
export const preCluster = (embeddings: Iterable<WeightedEmbedding>, count: number): WeightedEmbedding[] => {
  if (count <= most) return [...embeddings];
  let current = joinBlocks(embeddings, surely);
  for (let threshold = surely + 0.05; current.length > most; threshold += 0.05)
    current = joinBlocks(current, threshold);
  return current;
};

const joinBlocks = (embeddings: Iterable<WeightedEmbedding>, threshold: number): WeightedEmbedding[] => {
  /** The cluster of each embedding. */
  const into: number[] = [];
  const sums: { vector: Float32Array; weight: number; cannotLink: [embedding: number, weight: number][] }[] = [];
  let part: WeightedEmbedding[] = [];
  let newVector: (() => Float32Array) | undefined;
  const join = () => {
    const [begin, clusters] = [into.length, sums.length];
    const labels = labelsAfter(
      part.length,
      mergesOf(
        part.map((embedding) => within(embedding, begin, part.length)),
        threshold,
      ),
    );
    for (const [index, { vector, weight, cannotLink }] of part.entries()) {
      const cluster = clusters + (labels[index] as number);
      into.push(cluster);
      newVector ??= createVectors(vector.length);
      sums[cluster] ??= { vector: newVector(), weight: 0, cannotLink: [] };
      const sum = sums[cluster] as (typeof sums)[number];
      sum.weight += weight;
      for (let i = 0; i < vector.length; i++)
        sum.vector[i] = (sum.vector[i] as number) + weight * (vector[i] as number);
      sum.cannotLink.push(...cannotLink);
    }
    part = [];
  };
  for (const embedding of embeddings) {
    part.push(embedding);
    if (part.length === block) join();
  }
  if (part.length > 0) join();
  return sums.map(({ vector, weight, cannotLink }, own) => {
    const others = new Map<number, number>();
    for (const [embedding, cannotLinkWeight] of cannotLink) {
      const other = into[embedding] as number;
      if (other !== own) others.set(other, (others.get(other) ?? 0) + cannotLinkWeight);
    }
    // Not normalized: the product of two means is the mean of the products, so distances are kept.
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / weight;
    return { vector, weight, cannotLink: others };
  });
};

/** An embedding of a block that begins at `begin`, with its cannot-links within that block. */
const within = (embedding: WeightedEmbedding, begin: number, length: number): WeightedEmbedding => {
  const cannotLink = new Map<number, number>();
  for (const [other, cannotLinkWeight] of embedding.cannotLink)
    if (other >= begin && other < begin + length) cannotLink.set(other - begin, cannotLinkWeight);
  return { ...embedding, cannotLink };
};
