import type { HandlerContext } from '@whisper-bot/runtime';
import { speakerCountSchema } from '@whisper-bot/task';
import type { SpeakerTurn } from '@whisper-bot/transcript';
import { z } from 'zod';
import { openWav } from '../wav/reader.js';
import { clusterSpeakers } from './cluster/speaker.js';
import { analyse } from './network/analysis.js';
import { startHearing } from './network/aside.js';
import { loadNetwork } from './network/session.js';
import { timeline } from './timeline/timeline.js';

const paramsSchema = z.object({
  wav: z.string(),
  segmentation: z.string(),
  embedding: z.string(),
  threads: z.number().int().positive(),
  speech: z.array(z.object({ start: z.number(), end: z.number() })),
  speakers: speakerCountSchema,
});

/** Who speaks when; runs in the child's computing thread. */
export const diarizeFast = async (params: unknown, context: HandlerContext): Promise<SpeakerTurn[]> => {
  const request = paramsSchema.parse(params);
  // The two networks work beside each other.
  const threads = Math.ceil(request.threads / 2);
  const wav = await openWav(request.wav);
  const hearing = startHearing({ network: request.segmentation, threads });
  try {
    const analysis = await analyse({
      wav,
      speech: request.speech,
      hear: hearing.hear,
      embedding: await loadNetwork(request.embedding, threads),
      ahead: request.threads > 1,
      onProgress: (fraction) => context.progress(fraction * 0.98),
      throwIfCancelled: context.throwIfCancelled,
    });
    return timeline(analysis, clusterSpeakers(analysis, request.speakers), wav.duration);
  } finally {
    await Promise.all([wav.close(), hearing.close()]);
    // What hours left about goes now, not in the middle of the next recording (fast.ts starts the child so that this is there).
    globalThis.gc?.();
  }
};
