import type { HandlerContext } from '@whisper-bot/runtime';
import { speakerCountSchema } from '@whisper-bot/task';
import type { SpeakerTurn } from '@whisper-bot/transcript';
import { InferenceSession } from 'onnxruntime-node';
import { z } from 'zod';
import { openWav } from '../wav/reader.js';
import { clusterSpeakers } from './cluster/speaker.js';
import { analyse } from './network/analysis.js';
import { timeline } from './timeline/timeline.js';

const paramsSchema = z.object({
  wav: z.string(),
  segmentation: z.string(),
  embedding: z.string(),
  threads: z.number().int().positive(),
  speakers: speakerCountSchema,
});

const sessions = new Map<string, Promise<InferenceSession>>();

/** A network, loaded once in the life of the child. */
const load = (path: string, threads: number): Promise<InferenceSession> => {
  const key = `${threads} ${path}`;
  const session =
    sessions.get(key) ??
    InferenceSession.create(path, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // Threads that spin while they wait take the cores from Whisper, which runs beside.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  sessions.set(key, session);
  return session;
};

/** Who speaks when; runs in the child's computing thread. */
export const diarizeFast = async (params: unknown, context: HandlerContext): Promise<SpeakerTurn[]> => {
  const request = paramsSchema.parse(params);
  const [segmentation, embedding] = await Promise.all([
    load(request.segmentation, request.threads),
    load(request.embedding, request.threads),
  ]);
  const wav = await openWav(request.wav);
  try {
    const analysis = await analyse({
      wav,
      segmentation,
      embedding,
      onProgress: (fraction) => context.progress(fraction * 0.98),
      throwIfCancelled: context.throwIfCancelled,
    });
    return timeline(analysis, clusterSpeakers(analysis, request.speakers), wav.duration);
  } finally {
    await wav.close();
  }
};
