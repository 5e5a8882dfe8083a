import type { StageHandlers } from '@whisper-bot/pipeline';
import { ensureRecognition } from '../artifact/recognition.js';
import type { Engines } from '../engines.js';
import { artifactContext } from './call.js';

/** Recognizes the words of one chunk. */
export const createTranscribe =
  (engines: Engines): StageHandlers['transcribe'] =>
  async (call) => {
    const { rate, recognition, seconds } = await ensureRecognition(artifactContext(engines, call), call.payload);
    call.note({ audioSeconds: seconds, language: recognition.language, engine: recognition.engine });
    if (rate !== null) call.measured(`transcribe:${call.task.options.model}`, rate);
  };
