import type { Logger } from '@whisper-bot/runtime';
import type { Diarizer, Engine, SpeechDetector, Transcriber, Warmable } from '../contract.js';
import { createSherpaOnnxDetector } from '../detect/sherpa-onnx.js';
import { createSileroDetector } from '../detect/silero.js';
import { shippedDiarizationModels } from '../diarize/diarization.js';
import { createNativeDiarizer } from '../diarize/native.js';
import { createSherpaOnnxDiarizer } from '../diarize/sherpa-onnx.js';
import type { EngineRole, TranscriberName } from '../engine-name.js';
import { createWhisperTranscriber } from '../whisper/transcriber.js';
import type { Candidate } from './candidate.js';

export interface OpenOptions {
  /** The shipped weights. */
  modelsDir: string;
  cacheDir: string;
  /** Processor cores an engine may use. */
  threads: number;
  /** Path of a model's weights by its whisper.cpp name. */
  modelPath: (name: string) => string | Promise<string>;
  logger: Logger;
}

/** What an engine of each role is. */
export interface EngineOf {
  detector: SpeechDetector & Engine & Warmable;
  transcriber: Transcriber & Engine & Warmable;
  diarizer: Diarizer & Engine & Warmable;
}

const openers: { [Role in EngineRole]: (candidate: Candidate, options: OpenOptions) => EngineOf[Role] } = {
  detector: ({ program }, options) =>
    program === null ? createSherpaOnnxDetector(options) : createSileroDetector({ ...options, program }),
  transcriber: ({ engine, program }, options) =>
    createWhisperTranscriber({ ...options, engine: engine as TranscriberName, program: program ?? undefined }),
  diarizer: ({ program }, options) => {
    const all = { ...options, models: shippedDiarizationModels(options.modelsDir) };
    return program === null ? createSherpaOnnxDiarizer(all) : createNativeDiarizer({ ...all, program });
  },
};

/** The engine; its child starts with its first call. */
export const openEngine = <Role extends EngineRole>(
  role: Role,
  candidate: Candidate,
  options: OpenOptions,
): EngineOf[Role] => openers[role](candidate, options);
