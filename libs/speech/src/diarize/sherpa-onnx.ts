import { createChild, type Logger } from '@whisper-bot/runtime';
import { speakerTurnSchema } from '@whisper-bot/transcript';
import { z } from 'zod';
import { builtEntry } from '../built-entry.js';
import type { Diarizer, Engine, Warmable } from '../contract.js';
import { openWav } from '../wav/reader.js';
import { type DiarizationModels, toDiarization } from './diarization.js';

export interface SherpaOnnxDiarizerOptions {
  models: DiarizationModels;
  threads: number;
  logger: Logger;
}

/** sherpa-onnx's own diarization in a warm child: what runs where nothing can be compiled, and what ours is measured against. */
export const createSherpaOnnxDiarizer = ({
  models,
  threads,
  logger,
}: SherpaOnnxDiarizerOptions): Diarizer & Engine & Warmable => {
  const child = createChild({
    name: 'diarize-sherpa-onnx',
    command: process.execPath,
    args: [builtEntry('sherpa-onnx-child')],
    memoryLimitBytes: 4 * 2 ** 30,
    logger,
  });
  return {
    async diarize(request, { signal, onProgress }) {
      const wav = await openWav(request.wav);
      await wav.close();
      const params = { wav: request.wav, ...models, threads, speakers: request.speakers };
      const turns = await child.call('diarize', params, {
        signal,
        timeLimitMs: 60_000 + wav.duration * 2000,
        ...(onProgress ? { onProgress } : {}),
      });
      return toDiarization('sherpa-onnx (pyannote, CAM++)', z.array(speakerTurnSchema).parse(turns));
    },
    warmUp: () => child.warmUp(),
    pids: () => (child.pid === undefined ? [] : [child.pid]),
    close: () => child.close(),
  };
};
