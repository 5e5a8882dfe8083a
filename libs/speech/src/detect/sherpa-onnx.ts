import { join } from 'node:path';
import { createChild, type Logger } from '@whisper-bot/runtime';
import { z } from 'zod';
import { builtEntry } from '../built-entry.js';
import type { Engine, SpeechDetector, Warmable } from '../contract.js';
import { openWav } from '../wav/reader.js';
import { widenSpans } from './span.js';

export interface SherpaOnnxDetectorOptions {
  /** Folder with `silero_vad.onnx`. */
  modelsDir: string;
  logger: Logger;
}

const spansSchema = z.array(z.object({ start: z.number(), end: z.number() }));

/** Silero VAD by sherpa-onnx's prebuilt binaries: what finds speech where nothing can be compiled. */
export const createSherpaOnnxDetector = (options: SherpaOnnxDetectorOptions): SpeechDetector & Engine & Warmable => {
  const child = createChild({
    name: 'detect-sherpa-onnx',
    command: process.execPath,
    args: [builtEntry('sherpa-onnx-child')],
    memoryLimitBytes: 600 * 2 ** 20,
    logger: options.logger,
  });
  const model = join(options.modelsDir, 'silero_vad.onnx');
  return {
    async detect(path, { signal, onProgress }) {
      const wav = await openWav(path);
      await wav.close();
      const limits = { signal, timeLimitMs: 60_000 + wav.duration * 500, ...(onProgress ? { onProgress } : {}) };
      const found = spansSchema.parse(await child.call('detect', { wav: path, model }, limits));
      return widenSpans(found, { duration: wav.duration, padding: 0.2, shortestGap: 0.32 });
    },
    warmUp: () => child.warmUp(),
    pids: () => (child.pid === undefined ? [] : [child.pid]),
    close: () => child.close(),
  };
};
