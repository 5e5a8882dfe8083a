import { join } from 'node:path';
import { createChild, type Logger } from '@whisper-bot/runtime';
import { z } from 'zod';
import { builtEntry } from '../built-entry.js';
import type { Engine, SpeechDetector } from '../contract.js';
import { openWav } from '../wav/reader.js';
import { widenSpans } from './span.js';

export interface SileroDetectorOptions {
  /** Folder with `silero_vad.onnx`. */
  modelsDir: string;
  logger: Logger;
}

const spansSchema = z.array(z.object({ start: z.number(), end: z.number() }));

/** Silero VAD through sherpa-onnx in a warm child. */
export const createSileroDetector = ({ modelsDir, logger }: SileroDetectorOptions): SpeechDetector & Engine => {
  const child = createChild({
    name: 'detect',
    command: process.execPath,
    args: [builtEntry('audio-child')],
    memoryLimitBytes: 600 * 2 ** 20,
    logger,
  });
  return {
    async detect(path, { signal, onProgress }) {
      const wav = await openWav(path);
      await wav.close();
      const found = await child.call(
        'detect',
        { wav: path, model: join(modelsDir, 'silero_vad.onnx') },
        {
          signal,
          // Fifty times slower than measured means that something is wrong.
          timeLimitMs: 60_000 + wav.duration * 200,
          ...(onProgress ? { onProgress } : {}),
        },
      );
      return widenSpans(spansSchema.parse(found), { duration: wav.duration, padding: 0.2, shortestGap: 0.3 });
    },
    close: () => child.close(),
  };
};
