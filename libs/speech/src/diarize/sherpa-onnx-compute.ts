import { cpus } from 'node:os';
import { speakerCountSchema } from '@whisper-bot/task';
import type { SpeakerTurn } from '@whisper-bot/transcript';
import sherpa from 'sherpa-onnx-node';
import { z } from 'zod';
import { openWav } from '../wav/reader.js';

export const paramsSchema = z.object({
  wav: z.string(),
  segmentation: z.string(),
  embedding: z.string(),
  threads: z.number().int().positive().default(cpus().length),
  speakers: speakerCountSchema,
});

/** Cosine distance up to which sherpa-onnx joins clusters; at 0.7 it finds one speaker in the three of samples/. */
const threshold = 0.5;

/** sherpa-onnx's own pipeline: synchronous, without progress, the whole recording in memory. */
export const diarizeWithSherpaOnnx = async (params: unknown): Promise<SpeakerTurn[]> => {
  const { wav: path, segmentation, embedding, threads, speakers } = paramsSchema.parse(params);
  const exactly = (count: number) => ({ numClusters: count, threshold });
  const diarization = new sherpa.OfflineSpeakerDiarization({
    segmentation: { pyannote: { model: segmentation }, numThreads: threads },
    embedding: { model: embedding, numThreads: threads },
    clustering: speakers.kind === 'exactly' ? exactly(speakers.count) : { numClusters: -1, threshold },
    minDurationOn: 0.3,
    minDurationOff: 0.5,
  });
  const wav = await openWav(path);
  const samples = await wav.read(0, wav.length);
  await wav.close();
  const turns = diarization.process(samples);
  if (speakers.kind !== 'at-most' || new Set(turns.map((turn) => turn.speaker)).size <= speakers.count) return turns;
  diarization.setConfig({ clustering: exactly(speakers.count) });
  return diarization.process(samples);
};
