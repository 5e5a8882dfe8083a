import { createBlocks } from './block.js';
import type { Part } from './part.js';
import { createWindowStore, type WindowStore } from './window-store.js';

/** A voice in one window. */
export interface LocalSpeaker extends Omit<Part['speakers'][number], 'voice'> {
  window: number;
  /** Direction of the voice in the frames alone, of any length; null where there are too few to tell. */
  voice: Int8Array | null;
}

/** What is heard in a recording. */
export interface Analysis {
  windows: WindowStore;
  /** In the order of windows. */
  speakers: LocalSpeaker[];
}

/** Collects the analysis of a recording of `count` windows from its parts, which come in the order of windows. */
export const collectAnalysis = (count: number) => {
  const analysis: Analysis = { windows: createWindowStore(count), speakers: [] };
  const keep = createBlocks();
  const keepVoice = (voice: string) => {
    const { buffer, byteOffset, length } = keep(Buffer.from(voice, 'base64'));
    return new Int8Array(buffer, byteOffset, length);
  };
  return {
    analysis,
    add({ window, probabilities, speakers }: Part): void {
      analysis.windows.add(window, Buffer.from(probabilities, 'base64'));
      for (const { voice, ...speaker } of speakers)
        analysis.speakers.push({ ...speaker, window, voice: voice === null ? null : keepVoice(voice) });
    },
  };
};
