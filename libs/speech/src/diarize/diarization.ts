import { join } from 'node:path';
import type { Diarization, SpeakerTurn } from '@whisper-bot/transcript';

/** Paths of the two networks. */
export interface DiarizationModels {
  segmentation: string;
  embedding: string;
}

/** The networks that come with the product. */
export const shippedDiarizationModels = (modelsDir: string): DiarizationModels => ({
  segmentation: join(modelsDir, 'pyannote-segmentation-3.0.onnx'),
  embedding: join(modelsDir, '3dspeaker-campplus-zh-en-advanced.onnx'),
});

/** Turns sorted by start, with clusters numbered without gaps. */
export const toDiarization = (engine: string, turns: readonly SpeakerTurn[]): Diarization => {
  const sorted = turns.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const numbers = new Map<number, number>();
  for (const { speaker } of sorted) if (!numbers.has(speaker)) numbers.set(speaker, numbers.size);
  return {
    v: 1,
    engine,
    speakers: numbers.size,
    turns: sorted.map((turn) => ({ ...turn, speaker: numbers.get(turn.speaker) ?? 0 })),
  };
};
