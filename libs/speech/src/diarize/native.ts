import type { Logger } from '@whisper-bot/runtime';
import type { Diarizer, Engine, Warmable } from '../contract.js';
import { createNativeChild } from '../native-child.js';
import { openWav } from '../wav/reader.js';
import { windowsOf, windowsWith } from './analysis/grid.js';
import { startClustering } from './clustering.js';
import { type DiarizationModels, toDiarization } from './diarization.js';

export interface NativeDiarizerOptions {
  models: DiarizationModels;
  /** Where setup/whisper puts what it compiled. */
  cacheDir: string;
  /** Path of diarize-child, where it is not the one in `cacheDir` that suits best. */
  program?: string | undefined;
  /** Windows listened to at once. */
  threads: number;
  logger: Logger;
}

/**
 * Our own pipeline on sherpa-onnx's two networks. A warm native child listens: windows a quarter apart instead of a tenth, voices from what
 * each says alone, progress and cancel between windows. A thread of this process tells the voices apart: constrained
 * clustering. docs/adr/0004-diarization.md and 0007 have the figures.
 */
export const createNativeDiarizer = (options: NativeDiarizerOptions): Diarizer & Engine & Warmable => {
  const { models, cacheDir, program, threads, logger } = options;
  const child = createNativeChild({
    name: 'diarize',
    program: 'diarize-child',
    cacheDir,
    path: program,
    args: ['--segmentation', models.segmentation, '--embedding', models.embedding, '--threads', String(threads)],
    memoryLimitBytes: 1.5 * 2 ** 30,
    logger,
  });
  return {
    async diarize(request, { signal, onProgress }) {
      const wav = await openWav(request.wav);
      await wav.close();
      const { duration } = wav;
      const count = windowsOf(wav.length);
      const windows = windowsWith(request.speech, count);
      if (windows.length === 0) return toDiarization(engine, []);
      // Forty times slower than measured means that something is wrong.
      const timeLimitMs = 60_000 + duration * 1000;
      const clustering = startClustering(windows, { count, duration, speakers: request.speakers });
      try {
        await child.call(
          'analyze',
          { wav: request.wav, windows },
          {
            signal: AbortSignal.any([signal, clustering.broken]),
            timeLimitMs,
            onPart: clustering.add,
            ...(onProgress ? { onProgress: (fraction) => onProgress(fraction * listening) } : {}),
          },
        );
        return toDiarization(engine, await clustering.turns(signal, timeLimitMs));
      } finally {
        await clustering.close();
      }
    },
    warmUp: child.warmUp,
    pids: child.pids,
    close: child.close,
  };
};

const engine = 'native (pyannote, CAM++)';
/** How much of the time listening takes. */
const listening = 0.98;
