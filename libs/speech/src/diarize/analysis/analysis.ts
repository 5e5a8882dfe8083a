import { createBlocks } from './block.js';
import type { Part } from './part.js';
import { createWindowStore, type WindowStore } from './window-store.js';

/** A speaker of one window. */
export interface LocalSpeaker extends Omit<Part['speakers'][number], 'embedding'> {
  window: number;
  /** Embedding of the non-overlapped frames, not normalized; null where there are too few. */
  embedding: Int8Array | null;
}

/** The analysis of a recording. */
export interface Analysis {
  windows: WindowStore;
  /** In the order of windows. */
  speakers: LocalSpeaker[];
}

/** Collects the analysis of a recording of `count` windows from its parts, which come in the order of windows. */
export const collectAnalysis = (count: number) => {
  const analysis: Analysis = { windows: createWindowStore(count), speakers: [] };
  const keep = createBlocks();
  const keepEmbedding = (embedding: string) => {
    const { buffer, byteOffset, length } = keep(Buffer.from(embedding, 'base64'));
    return new Int8Array(buffer, byteOffset, length);
  };
  return {
    analysis,
    add({ window, probabilities, speakers }: Part): void {
      analysis.windows.add(window, Buffer.from(probabilities, 'base64'));
      for (const { embedding, ...speaker } of speakers)
        analysis.speakers.push({ ...speaker, window, embedding: embedding === null ? null : keepEmbedding(embedding) });
    },
  };
};
