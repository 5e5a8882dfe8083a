import { join } from 'node:path';
import type { Logger } from '@whisper-bot/runtime';
import { z } from 'zod';
import type { Engine, SpeechDetector, Warmable } from '../contract.js';
import { createNativeChild } from '../native-child.js';
import { openWav } from '../wav/reader.js';
import { widenSpans } from './span.js';

export interface SileroDetectorOptions {
  /** Folder with `silero_vad.onnx`. */
  modelsDir: string;
  /** Where setup/whisper puts what it compiled. */
  cacheDir: string;
  /** Path of detect-child, where it is not the one in `cacheDir` that suits best. */
  program?: string | undefined;
  logger: Logger;
}

const spansSchema = z.array(z.object({ start: z.number(), end: z.number() }));

/** Silero VAD in a warm native child (docs/adr/0010-native-networks.md). */
export const createSileroDetector = (options: SileroDetectorOptions): SpeechDetector & Engine & Warmable => {
  const child = createNativeChild({
    name: 'detect',
    program: 'detect-child',
    cacheDir: options.cacheDir,
    path: options.program,
    args: ['--model', join(options.modelsDir, 'silero_vad.onnx')],
    memoryLimitBytes: 300 * 2 ** 20,
    logger: options.logger,
  });
  return {
    async detect(path, { signal, onProgress }) {
      const wav = await openWav(path);
      await wav.close();
      const found = await child.call(
        'detect',
        { wav: path },
        {
          signal,
          // Four hundred times slower than measured means that something is wrong.
          timeLimitMs: 60_000 + wav.duration * 200,
          ...(onProgress ? { onProgress } : {}),
        },
      );
      return widenSpans(spansSchema.parse(found), { duration: wav.duration, padding: 0.2, shortestGap: 0.32 });
    },
    warmUp: child.warmUp,
    pids: child.pids,
    close: child.close,
  };
};
