import { createChild, type Logger } from '@whisper-bot/runtime';
import { speakerTurnSchema } from '@whisper-bot/transcript';
import { z } from 'zod';
import { childEntry } from '../child-entry.js';
import type { Diarizer, Engine } from '../contract.js';
import { openWav } from '../wav/reader.js';
import { type DiarizationModels, toDiarization } from './diarization.js';

export interface FastDiarizerOptions {
  models: DiarizationModels;
  /** Per network; 2 suits 2 cores. */
  threads: number;
  logger: Logger;
}

/**
 * Our own pipeline on sherpa-onnx's two networks, in a warm child: windows a quarter apart instead of a tenth, voices from what
 * each says alone, constrained clustering, progress and cancel between windows. docs/adr/0004-diarization.md and 0007 have the figures.
 */
export const createFastDiarizer = ({ models, threads, logger }: FastDiarizerOptions): Diarizer & Engine => {
  const child = createChild({
    name: 'diarize',
    command: process.execPath,
    args: ['--max-semi-space-size=1', '--expose-gc', childEntry('diarize-child')],
    memoryLimitBytes: 1.5 * 2 ** 30,
    logger,
  });
  return {
    async diarize(request, { signal, onProgress }) {
      const wav = await openWav(request.wav);
      await wav.close();
      const { wav: path, speech, speakers } = request;
      const params = { wav: path, speech, speakers, ...models, threads };
      const turns = await child.call('diarize', params, {
        signal,
        // Forty times slower than measured means that something is wrong.
        timeLimitMs: 60_000 + wav.duration * 1000,
        ...(onProgress ? { onProgress } : {}),
      });
      return toDiarization('pyannote-campplus', z.array(speakerTurnSchema).parse(turns));
    },
    close: () => child.close(),
  };
};
