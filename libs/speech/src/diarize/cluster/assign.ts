import type { LocalSpeaker } from '../analysis/analysis.js';
import { bestMatch } from './match.js';
import { cosine } from './vector.js';

/** A speaker of the recording. */
export interface Speaker {
  /** Mean embedding, of length 1. */
  embedding: Float32Array;
  /** Frames it was computed from. */
  frames: number;
}

/**
 * Assigns each local speaker with an embedding to the most similar speaker, no two of a window to the same one where there are enough; similarity
 * is weighted by the amount of speech. −1 for those without an embedding.
 */
export const assignByEmbedding = (locals: readonly LocalSpeaker[], speakers: readonly Speaker[]): number[] => {
  const label = locals.map(() => -1);
  for (const group of byWindow(locals).values()) {
    const embedded = group.filter((index) => locals[index]?.embedding);
    const similarity = embedded.map((index) => {
      const { embedding, active } = locals[index] as LocalSpeaker & { embedding: Int8Array };
      return speakers.map((speaker) => (1 + cosine(embedding, speaker.embedding)) * Math.sqrt(active));
    });
    for (const [row, speaker] of bestMatch(similarity).entries()) {
      const nearest = (similarity[row] as number[]).reduce(
        (a, value, b, all) => (value > (all[a] as number) ? b : a),
        0,
      );
      label[embedded[row] as number] = speaker >= 0 ? speaker : nearest;
    }
  }
  return label;
};

/** Indexes of the local speakers of each window. */
export const byWindow = (locals: readonly LocalSpeaker[]): Map<number, number[]> => {
  const groups = new Map<number, number[]>();
  for (const [index, { window }] of locals.entries()) {
    const group = groups.get(window);
    if (group) group.push(index);
    else groups.set(window, [index]);
  }
  return groups;
};
