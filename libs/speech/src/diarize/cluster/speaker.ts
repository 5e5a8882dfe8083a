import type { SpeakerCount } from '@whisper-bot/task';
import type { Analysis, LocalSpeaker } from '../analysis/analysis.js';
import { embeddingSize } from '../analysis/grid.js';
import type { WeightedEmbedding } from './agglomerate.js';
import { alignByTime } from './align.js';
import { assignByEmbedding, type Speaker } from './assign.js';
import { labelSpeakers } from './count.js';
import { overlapOf } from './overlap.js';
import { preCluster } from './pre-cluster.js';
import { cosine, createVectors, unit, unitInto } from './vector.js';

/**
 * Mean cosine distance up to which clusters are one speaker. Embeddings of one speaker lie at 0.05–0.3 in CAM++'s space, those of two
 * in one recording at 0.4–0.6; results are nearly the same from 0.40 to 0.46 (docs/adr/0007-diarization.md).
 */
const threshold = 0.44;
/** Non-overlapped frames (0.34 s) from which an embedding may seed a cluster. */
const seedFrames = 20;
/** With this many of a second, shorter ones are not seeds: they are less similar to their speaker. */
const manySeeds = 150;
const longSeedFrames = 60;
/** Above this cosine two embeddings of one window may be one speaker that the network split. */
const splitSimilarity = 0.6;

/**
 * Overlapped frames (0.5 s), and their share of the speech, from which there are two speakers though their embeddings are similar. With one
 * speaker, in a hall or in noise too, the network finds at most a share of 0.012 (docs/adr/0007-diarization.md).
 */
const leastOverlap = 30;
const overlapShare = 0.03;

/** Which speaker of the recording each local speaker is; −1 where unknown. */
export const clusterSpeakers = (analysis: Analysis, count: SpeakerCount): number[] => {
  const { speakers: locals } = analysis;
  const seeds = chooseSeeds(locals);
  // No local speaker has an embedding: at most one speaker can be assigned.
  if (seeds.length === 0) return locals.map(() => 0);

  const embeddings = preCluster(embeddingsOf(locals, seeds), seeds.length);
  const found = speakersOf(embeddings, labelSpeakers(embeddings, threshold, count));
  const speakers =
    found.length === 1 && count.kind !== 'exactly' && !(count.kind === 'at-most' && count.count < 2) && isTwo(analysis)
      ? speakersOf(embeddings, labelSpeakers(embeddings, threshold, { kind: 'exactly', count: 2 }))
      : found;
  const label = assignByEmbedding(locals, speakers);
  return alignByTime(analysis, label, speakers.length);
};

/** Whether there is too much overlapped speech for one speaker. */
const isTwo = (analysis: Analysis): boolean => {
  const { speech, overlap } = overlapOf(analysis);
  return overlap >= leastOverlap && overlap >= overlapShare * speech;
};

const chooseSeeds = (locals: readonly LocalSpeaker[]): number[] => {
  const embedded = [...locals.keys()].filter((index) => locals[index]?.embedding);
  const of = (least: number) =>
    embedded.filter((index) => !locals[index]?.assignmentOnly && (locals[index]?.nonOverlapped ?? 0) >= least);
  const long = of(longSeedFrames);
  if (long.length >= manySeeds) return long;
  const good = of(seedFrames);
  return good.length > 0 ? good : embedded;
};

/** A generator: all at once would take much memory for hours. */
function* embeddingsOf(locals: readonly LocalSpeaker[], seeds: readonly number[]): Generator<WeightedEmbedding> {
  const newVector = createVectors(embeddingSize);
  for (const [position, index] of seeds.entries()) {
    const { embedding, nonOverlapped, window } = locals[index] as LocalSpeaker & { embedding: Int8Array };
    const cannotLink = new Map<number, number>();
    // At most three in a window, one after another.
    for (const other of [position - 2, position - 1, position + 1, position + 2]) {
      const neighbour = locals[seeds[other] ?? -1];
      if (
        neighbour?.window === window &&
        neighbour.embedding &&
        cosine(embedding, neighbour.embedding) < splitSimilarity
      )
        cannotLink.set(other, Math.min(nonOverlapped, neighbour.nonOverlapped));
    }
    yield { vector: unitInto(newVector(), embedding), weight: nonOverlapped, cannotLink };
  }
}

const speakersOf = (embeddings: readonly WeightedEmbedding[], labels: readonly number[]): Speaker[] => {
  const speakers: Speaker[] = [];
  for (const [index, { vector, weight }] of embeddings.entries()) {
    const label = labels[index] as number;
    if (label < 0) continue;
    speakers[label] ??= { embedding: new Float32Array(vector.length), frames: 0 };
    const speaker = speakers[label] as Speaker;
    speaker.frames += weight;
    for (let i = 0; i < vector.length; i++)
      speaker.embedding[i] = (speaker.embedding[i] as number) + weight * (vector[i] as number);
  }
  return speakers.map(({ embedding, frames }) => ({ embedding: unit(embedding), frames }));
};
