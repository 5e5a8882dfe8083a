import { type Child, createChild, type Logger } from '@whisper-bot/runtime';
import { cutText } from '@whisper-bot/task';
import { findEngineBinary } from '../binary.js';
import { createChildPool } from '../child-pool.js';
import type { CallContext, Engine, Span, Transcriber, Warmable } from '../contract.js';
import type { TranscriberName } from '../engine-name.js';
import { openWav, type Wav } from '../wav/reader.js';
import { detectAnswerSchema, type LanguageShares, transcribeAnswerSchema, type WindowResult } from './answer.js';
import { assemble } from './assemble.js';
import { cutLong } from './cut.js';
import { followLanguages } from './language/follow.js';
import { partsOf } from './language/part.js';
import { likeliest } from './language/prior.js';
import { bestOf, candidatesOf, meanOf, type Tried } from './language/single.js';
import type { Recognize, RecognizedWindow } from './recognize.js';
import { repair } from './repair.js';
import { inTimesOf, isDoubtful, isShort, likelier, surroundingsOf } from './short.js';
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
 * second as for thirty; the times of the words are mapped back to the recording.
 */
export const createWhisperTranscriber = (options: WhisperTranscriberOptions): WhisperTranscriber => {
  const { modelPath, logger, engine: engineName = 'native' } = options;
  const pool = createChildPool(options.models ?? 1);
  const childOf = async (model: string): Promise<Child> => {
    const command =
      options.program ??
      (await findEngineBinary(
        options.cacheDir,
        engineName === 'whisper-node' ? 'whisper-node-child' : 'whisper-child',
      ));
    return pool.of(model, () =>
      createChild({
        name: 'whisper',
        command,
        args: ['--model', model, '--threads', String(options.threads), '--engine', engineName],
        memoryLimitBytes: options.memoryLimitBytes ?? 6 * 2 ** 30,
        logger,
      }),
    );
  };

  const call = async (
    model: string,
    request: { method: string; params: object; windows: number },
    context: CallContext,
  ) => {
    const child = await childOf(await modelPath(model));
    const { signal, onProgress } = context;
    const limits = { signal, timeLimitMs: timeLimitMs(request.windows), ...(onProgress ? { onProgress } : {}) };
    return child.call(request.method, request.params, limits);
  };

  const detectIn = async (
    wav: string,
    { window, fullContext = false }: { window: Window; fullContext?: boolean },
    model: string,
    { signal }: CallContext,
  ): Promise<LanguageShares> => {
    const params = { wav, window, fullContext };
    const answer = await call(model, { method: 'detectLanguage', params, windows: 1 }, { signal });
    return detectAnswerSchema.parse(answer).languages;
  };

  return {
    async transcribe(request, context) {
      const {
        speech,
        model,
        language,
        translate,
        followLanguages: follows = false,
        languageHints: hints = [],
      } = request;
      const wav = await openWav(request.wav);
      const prompt = cutText(request.prompt, promptLength);
      let engine = 'none';
      const recognizeIn = async (windows: readonly Window[], spoken: string, callContext: CallContext) => {
        const parts = follows
          ? { parts: windows.map(partsOf).map((own) => own.map(({ from, to }) => ({ from, to }))) }
          : {};
        const params = { wav: request.wav, windows, language: spoken, translate, prompt, ...parts };
        const answer = await call(model, { method: 'transcribe', params, windows: windows.length }, callContext);
        const parsed = transcribeAnswerSchema.parse(answer);
        engine = parsed.engine;
        return windows.flatMap((window, index): RecognizedWindow[] => {
          const result = parsed.windows[index];
          return result === undefined ? [] : [{ window, result, language: spoken }];
        });
      };
      const recognize: Recognize = async (windows) => {
        const results = new Map<Window, RecognizedWindow>();
        for (const spoken of new Set(windows.map((one) => one.language))) {
          const own = windows.filter((one) => one.language === spoken).map(({ window }) => window);
          for (const one of await recognizeIn(own, spoken, { signal: context.signal })) results.set(one.window, one);
        }
        return windows.flatMap(({ window }) => results.get(window) ?? []);
      };
      const detect = (window: Window) => detectIn(request.wav, { window }, model, context);
      try {
        const windows = await windowsOf(wav, speech);
        let recognized = windows.length === 0 ? [] : await recognizeIn(windows, language, context);
        recognized = await clearUp(recognized, wav.length, (window, spoken) => {
          const params = {
            wav: request.wav,
            windows: [window],
            language: spoken,
            translate,
            prompt,
            fullContext: true,
          };
          return call(model, { method: 'transcribe', params, windows: 1 }, { signal: context.signal });
        });
        if (follows) recognized = await followLanguages(recognized, { wav, base: language, hints, recognize, detect });
        const { repaired, removed } = await repair(recognized, { wav, recognize, translate });
        const segments = assemble(repaired, { speech, language });
        return { v: 1, language, model, engine, segments, ...(removed.length > 0 ? { removed } : {}) };
      } finally {
        await wav.close();
      }
    },

    async detectLanguage({ wav: path, speech, model, languageHints: hints = [] }, context) {
      const wav = await openWav(path);
      const [window] = await windowsOf(wav, speech).finally(() => wav.close());
      // No one speaks: any language will do, and none is likely.
      if (window === undefined) return { language: hints[0] ?? 'en', probability: 0 };
      const shares = await detectIn(path, { window }, model, context);
      const first = isShort(window) ? candidatesOf(shares, hints) : [];
      if (first.length < 2) return likeliest(shares, hints);
      // A few words, and doubt: the languages detected with the surroundings count as much, and so does the text in each language.
      const wide = surroundingsOf(window, wav.length);
      const both =
        wide === null
          ? shares
          : meanOf(shares, await detectIn(path, { window: wide, fullContext: true }, model, context));
      const languages = candidatesOf(both, hints);
      const recognizeIn = async (target: Window, fullContext: boolean): Promise<(WindowResult | undefined)[]> => {
        const results: (WindowResult | undefined)[] = [];
        for (const language of languages) {
          const spoken = { language, translate: false, prompt: '', fullContext, keep: language !== languages.at(-1) };
          const params = { wav: path, windows: [target], ...spoken };
          const answer = await call(model, { method: 'transcribe', params, windows: 1 }, { signal: context.signal });
          results.push(transcribeAnswerSchema.parse(answer).windows[0]);
        }
        return results;
      };
      const wideResults = wide === null ? [] : await recognizeIn(wide, true);
      const alone = await recognizeIn(window, false);
      const tried = languages.flatMap((language, index): Tried[] => {
        const own = alone[index];
        return own === undefined ? [] : [{ language, alone: own, wide: wideResults[index] }];
      });
      return bestOf(tried, both, hints) ?? likeliest(both, hints);
    },

    warmUp: async (model) => (await childOf(model ?? (await modelPath('base')))).warmUp(),
    close: () => pool.close(),
    pids: () => pool.pids(),
  };
};

const windowsOf = async (wav: Wav, speech: readonly Span[]): Promise<Window[]> =>
  pack(await cutLong(wav, widen(speech)));

/** A few words that leave doubt are recognized again with their surroundings, and the likelier text is taken. */
const clearUp = async (
  recognized: readonly RecognizedWindow[],
  length: number,
  recognizeAgain: (window: Window, language: string) => Promise<unknown>,
): Promise<RecognizedWindow[]> => {
  const [only] = recognized;
  const wide = only === undefined || recognized.length > 1 ? null : surroundingsOf(only.window, length);
  if (only === undefined || wide === null || !isDoubtful(only.result)) return [...recognized];
  const [again] = transcribeAnswerSchema.parse(await recognizeAgain(wide, only.language)).windows;
  if (again === undefined) return [...recognized];
  const result = likelier(only.result, inTimesOf(only.window, again, wide));
  return [{ ...only, result }];
};
