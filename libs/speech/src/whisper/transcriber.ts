import type { Logger } from '@whisper-bot/runtime';
import { cutText } from '@whisper-bot/task';
import { findEngineBinary } from '../binary.js';
import type { CallContext, Engine, TranscribeRequest, Transcriber, Warmable } from '../contract.js';
import type { TranscriberName } from '../engine/name.js';
import { openWav } from '../wav/reader.js';
import { detectAnswerSchema, type Hearing, transcribeAnswerSchema } from './answer.js';
import { assemble } from './assemble.js';
import { cutLong } from './cut.js';
import { createPool } from './pool.js';
import { unheard, withTails } from './tail.js';
import { pack, type Window, widen } from './window.js';

export interface WhisperTranscriberOptions {
  /** Where setup/whisper puts what it compiled. */
  cacheDir: string;
  /** Path of a model's weights by its whisper.cpp name. Throws TaskError `unknown-model`. */
  modelPath: (name: string) => string | Promise<string>;
  /** Default `native`: ours on oneDNN (docs/adr/0008-whisper-engine.md). */
  engine?: TranscriberName;
  /** Path of the program that holds the engine, where it is not the one in `cacheDir` that suits best. */
  program?: string | undefined;
  /** Processor cores to use. */
  threads: number;
  /** Models kept in memory at once; default 1. */
  models?: number;
  /** Resident memory past which the engine is killed, bytes; default 6 GiB (large-v3 needs 4). */
  memoryLimitBytes?: number;
  logger: Logger;
}

/** What reaches the model of a prompt, characters. */
const promptLength = 200;

/** Past this something is wrong: large-v3 on two old cores takes about 60 s a window. */
const timeLimitMs = (windows: number): number => 60_000 + windows * 180_000;

type WhisperTranscriber = Transcriber & Engine & Warmable;

/**
 * Whisper in a warm child. Speech is packed into full windows, because the encoder takes as long for one
 * second as for thirty; the times of the words are put back to where they were said.
 */
export const createWhisperTranscriber = (options: WhisperTranscriberOptions): WhisperTranscriber => {
  const { modelPath, logger } = options;
  const pool = createPool({
    size: options.models ?? 1,
    threads: options.threads,
    engine: options.engine ?? 'native',
    memoryLimitBytes: options.memoryLimitBytes ?? 6 * 2 ** 30,
    binary: async () =>
      options.program ??
      findEngineBinary(options.cacheDir, options.engine === 'whisper-node' ? 'whisper-node-child' : 'whisper-child'),
    logger,
  });

  const call = async (
    model: string,
    request: { method: string; params: object; windows: number },
    context: CallContext,
  ) => {
    const child = await pool.of(await modelPath(model));
    const { signal, onProgress } = context;
    const limits = { signal, timeLimitMs: timeLimitMs(request.windows), ...(onProgress ? { onProgress } : {}) };
    return child.call(request.method, request.params, limits);
  };

  return {
    async transcribe({ wav, speech, model, language, translate, prompt }, context) {
      const hear = async (windows: readonly Window[], callContext: CallContext) => {
        const params = { wav, windows, language, translate, prompt: cutText(prompt, promptLength) };
        const request = { method: 'transcribe', params, windows: windows.length };
        return transcribeAnswerSchema.parse(await call(model, request, callContext));
      };
      let windows = await windowsOf({ wav, speech });
      let hearings: Hearing[] = [];
      let engine = 'none';
      if (windows.length > 0) {
        ({ windows: hearings, engine } = await hear(windows, context));
        const tails = unheard(windows, hearings);
        if (tails.size > 0) {
          const { windows: more } = await hear([...tails.values()], { signal: context.signal });
          ({ windows, hearings } = withTails({ windows, hearings }, tails, more));
        }
      }
      const spoken = translate ? 'en' : language;
      const segments = assemble(windows, hearings, { speech, language: spoken });
      return { v: 1, language, model, engine, segments };
    },

    async detectLanguage({ wav, speech, model }, context) {
      const [window] = await windowsOf({ wav, speech });
      // Nobody speaks: any language will do, and none is likely.
      if (window === undefined) return { language: 'en', probability: 0 };
      const answer = await call(model, { method: 'detectLanguage', params: { wav, window }, windows: 1 }, context);
      return detectAnswerSchema.parse(answer);
    },

    warmUp: async (model) => (await pool.of(model ?? (await modelPath('base')))).warmUp(),
    close: () => pool.close(),
    pids: () => pool.pids(),
  };
};

const windowsOf = async ({ wav: path, speech }: Pick<TranscribeRequest, 'wav' | 'speech'>): Promise<Window[]> => {
  const wav = await openWav(path);
  try {
    return pack(await cutLong(wav, widen(speech)));
  } finally {
    await wav.close();
  }
};
