import { type Child, createChild, type Logger } from '@whisper-bot/runtime';
import { TaskError } from '@whisper-bot/task';
import type { Recognition } from '@whisper-bot/transcript';
import { builtEntry } from '../built-entry.js';
import { createChildPool } from '../child-pool.js';
import type { CallContext, Engine, Span, TranscribeRequest } from '../contract.js';
import { familyOf } from '../model/family.js';
import { damaged, type Recognizer } from '../model/recognizer-folder.js';
import { openWav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { assemble } from '../whisper/assemble.js';
import type { WindowWords } from '../whisper/window-state.js';
import type { RecognizedWord } from '../whisper/word.js';
import { answerSchema, type LoadParams, type RecognizeParams, type RecognizerResult } from './answer.js';
import { spreadWords } from './spread.js';
import { wordsOfTokens } from './token.js';
import { type Interval, intervalsOf } from './window.js';

export interface RecognizerOptions {
  /** Processor cores to use. */
  threads: number;
  /** Models kept in memory at once; default 1. */
  models?: number;
  /** Resident memory past which the engine is killed, bytes; default 6 GiB. */
  memoryLimitBytes?: number;
  logger: Logger;
}

export interface RecognizerTranscriber extends Engine {
  /**
   * As `Transcriber.transcribe`, by a recognizer that knows the language. Throws TaskError `damaged-model` where sherpa-onnx cannot
   * load it.
   */
  transcribe(
    recognizer: Recognizer,
    request: Pick<TranscribeRequest, 'wav' | 'speech' | 'language'>,
    context: CallContext,
  ): Promise<Recognition>;
  /** Loads a recognizer and lets it recognize a sound. Throws as `transcribe`. */
  tryOut(recognizer: Recognizer, signal: AbortSignal): Promise<void>;
}

/** Past this something is wrong, milliseconds: even a large model on two old cores is faster than the sound. */
const timeLimitMs = (seconds: number): number => 120_000 + seconds * 4000;
/** A gigabyte from a slow disk takes its time. */
const loadLimitMs = 600_000;

/** sherpa-onnx's recognizers, each in a warm child: what ends the process there costs one call. */
export const createRecognizerTranscriber = (options: RecognizerOptions): RecognizerTranscriber => {
  const { threads, logger, memoryLimitBytes = 6 * 2 ** 30 } = options;
  const pool = createChildPool(options.models ?? 1);
  const loaded = new WeakMap<Child, number>();
  const childOf = (name: string): Child =>
    pool.of(name, () =>
      createChild({
        name: 'recognize-sherpa-onnx',
        command: process.execPath,
        args: [builtEntry('sherpa-onnx-child')],
        memoryLimitBytes,
        logger,
      }),
    );

  /** The child with the model in it: loaded by a call of its own, as what is wrong with the files ends the process. */
  const ready = async (name: string, params: LoadParams, signal: AbortSignal): Promise<Child> => {
    const child = childOf(name);
    await child.warmUp();
    if (child.pid !== undefined && loaded.get(child) === child.pid) return child;
    await child.call('load', params, { signal, timeLimitMs: loadLimitMs }).catch((error: unknown) => {
      throw isRefusal(error) ? damaged(name, String(error.cause)) : error;
    });
    if (child.pid !== undefined) loaded.set(child, child.pid);
    return child;
  };

  const paramsOf = ({ family, files }: Recognizer): LoadParams => ({ family, files, threads });

  return {
    async transcribe(recognizer, request, context) {
      const { name, family } = recognizer;
      const { speech, language } = request;
      const wav = await openWav(request.wav);
      const intervals = await intervalsOf(wav, speech).finally(() => wav.close());
      if (intervals.length === 0) return { v: 1, language, model: name, engine: 'none', segments: [] };
      const model = { ...paramsOf(recognizer), ...(familyOf(family).takesLanguage ? { language } : {}) };
      const child = await ready(name, model, context.signal);
      const seconds = intervals.reduce((sum, { from, to }) => sum + (to - from) / sampleRate, 0);
      const params: RecognizeParams = { ...model, wav: request.wav, windows: intervals };
      const { signal, onProgress } = context;
      const limits = { signal, timeLimitMs: timeLimitMs(seconds), ...(onProgress ? { onProgress } : {}) };
      const results = answerSchema.parse(await child.call('recognize', params, limits));
      const windows = intervals.flatMap((interval, index): WindowWords[] => {
        const own = results[index];
        if (own === undefined) return [];
        const window = [{ ...interval, at: 0 }];
        return [{ window, words: wordsIn(own, interval, { speech, language }), language, noSpeech: -1 }];
      });
      const segments = assemble(windows, { speech, language });
      return { v: 1, language, model: name, engine: 'sherpa-onnx', segments };
    },
    tryOut: async (recognizer, signal) => void (await ready(recognizer.name, paramsOf(recognizer), signal)),
    close: () => pool.close(),
  };
};

/** Whether sherpa-onnx would not load the files: it exits, or dies of what is in them. */
const isRefusal = (error: unknown): error is TaskError =>
  error instanceof TaskError && (error.code === 'internal' || error.code === 'engine-crashed');

/** The words of an interval, in seconds of it. */
const wordsIn = (
  result: RecognizerResult,
  { from, to }: Interval,
  { speech, language }: { speech: readonly Span[]; language: string },
): RecognizedWord[] => {
  const [start, end] = [from / sampleRate, to / sampleRate];
  if (result.timestamps.length > 0 && result.timestamps.length === result.tokens.length)
    return wordsOfTokens(result, { language, length: end - start });
  const inside = speech
    .map((span) => ({ start: Math.max(span.start, start) - start, end: Math.min(span.end, end) - start }))
    .filter((span) => span.end > span.start);
  return spreadWords(result.text, inside);
};
