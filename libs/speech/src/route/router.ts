import type { Logger } from '@whisper-bot/runtime';
import { TaskError } from '@whisper-bot/task';
import { languageIn } from '@whisper-bot/text';
import type { Recognition } from '@whisper-bot/transcript';
import type { CallContext, TranscribeRequest, Transcriber } from '../contract.js';
import { automaticModel, fallbackModel, type LanguageModel, modelsFor } from '../model/language-model.js';
import type { ModelStore, WordModel } from '../model/store.js';
import type { RecognizerTranscriber } from '../recognizer/transcriber.js';
import { joinRecognitions } from './join.js';
import { type LanguageInterval, languageIntervalsOf } from './language-interval.js';

export interface RouterOptions {
  whisper: Transcriber;
  recognizers: Pick<RecognizerTranscriber, 'transcribe'>;
  store: Pick<ModelStore, 'find'>;
  /** The operator's choice for the model `auto`. */
  table: readonly LanguageModel[];
  /** For languages the table does not name. */
  recommended: readonly LanguageModel[];
  logger: Logger;
}

/** Below it a model that knows only some languages is taken to be right about which are spoken, 0–1. */
const sure = 0.7;

/**
 * Gives each recording to the model that was asked for, and with `auto` each interval of it to the one that suits its language. Whisper
 * detects languages for all of them, and translates.
 */
export const createRouter = (options: RouterOptions): Transcriber => {
  const { whisper, recognizers, store } = options;

  const write = (model: WordModel, request: TranscribeRequest, context: CallContext): Promise<Recognition> => {
    if (model.kind === 'recognizer' && !request.translate) return recognizers.transcribe(model, request, context);
    const name = model.kind === 'whisper' ? model.name : fallbackModel;
    return whisper.transcribe({ ...request, model: name }, context);
  };

  const writeByLanguage = async (request: TranscribeRequest, context: CallContext): Promise<Recognition> => {
    const choose = createChooser(options);
    const main = await choose(request.language);
    if (request.translate || request.followLanguages !== true || request.speech.length === 0)
      return write(main, request, context);
    // Where Whisper writes whatever is spoken it follows the languages by itself, and closer.
    if (main.kind === 'whisper' && !(await hasRecognizers(options, choose))) return write(main, request, context);
    const detect = (speech: LanguageInterval['speech']) =>
      whisper.detectLanguage(
        { wav: request.wav, speech, model: fallbackModel, ...hintsOf(request) },
        { signal: context.signal },
      );
    const intervals = await languageIntervalsOf(request, detect);
    const groups = new Map<string, { model: WordModel; intervals: LanguageInterval[] }>();
    for (const interval of intervals) {
      const model = await choose(interval.language);
      // Whisper follows languages: what it writes is one group. Others are given the language.
      const key = model.kind === 'whisper' ? model.name : `${model.name} ${interval.language}`;
      const group = groups.get(key) ?? { model, intervals: [] };
      group.intervals.push(interval);
      groups.set(key, group);
    }
    const total = intervals.reduce((sum, { seconds }) => sum + seconds, 0);
    let done = 0;
    const written: Recognition[] = [];
    for (const { model, intervals: own } of groups.values()) {
      const share = own.reduce((sum, { seconds }) => sum + seconds, 0) / total;
      const from = done;
      const { onProgress, signal } = context;
      const progress = onProgress && { onProgress: (fraction: number) => onProgress(from + share * fraction) };
      const language = longestOf(own);
      const speech = own.flatMap((interval) => interval.speech);
      written.push(await write(model, { ...request, speech, language }, { signal, ...progress }));
      done += share;
    }
    return joinRecognitions(written, request.language);
  };

  return {
    async transcribe(request, context) {
      if (request.model === automaticModel) return writeByLanguage(request, context);
      const model = await store.find(request.model);
      if (!request.translate && !knows(model, request.language)) {
        throw new TaskError(
          'model-language',
          `The model "${model.name}" does not know ${languageIn('en', request.language)}.`,
          {
            params: { model: model.name, language: request.language },
          },
        );
      }
      return write(model, request, context);
    },

    async detectLanguage(request, context) {
      if (request.model === automaticModel)
        return whisper.detectLanguage({ ...request, model: fallbackModel }, context);
      const model = await store.find(request.model);
      if (model.kind === 'whisper') return whisper.detectLanguage(request, context);
      const found = await whisper.detectLanguage({ ...request, model: fallbackModel }, context);
      if (knows(model, found.language) || found.probability >= sure) return found;
      // A model for one language was chosen by someone who speaks it.
      const language =
        request.languageHints?.find((hint) => knows(model, hint)) ?? model.languages[0] ?? found.language;
      return { language, probability: found.probability };
    },
  };
};

type Choose = (language: string) => Promise<WordModel>;

/** Finds the first of the models for a language that is here and knows it; each language is looked up once. */
const createChooser = ({ store, logger, table, recommended }: RouterOptions): Choose => {
  const chosen = new Map<string, Promise<WordModel>>();
  const find = async (language: string): Promise<WordModel> => {
    for (const name of modelsFor(language, { table, recommended })) {
      try {
        const model = await store.find(name);
        if (knows(model, language)) return model;
      } catch (error) {
        // What was never added is no fault; what is damaged is for the operator to repair.
        if (!(error instanceof TaskError) || error.code !== 'unknown-model')
          logger.warn({ err: error, model: name }, 'model passed over');
      }
    }
    return store.find(fallbackModel);
  };
  return (language) => {
    const model = chosen.get(language) ?? find(language);
    chosen.set(language, model);
    return model;
  };
};

const knows = (model: WordModel, language: string): boolean =>
  model.kind === 'whisper' || model.languages.includes(language);

const hintsOf = ({ languageHints }: TranscribeRequest) => (languageHints === undefined ? {} : { languageHints });

/** The language of most of the speech, by the length of the intervals. */
const longestOf = (intervals: readonly LanguageInterval[]): string => {
  const seconds = new Map<string, number>();
  for (const interval of intervals)
    seconds.set(interval.language, (seconds.get(interval.language) ?? 0) + interval.seconds);
  return [...seconds].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'und';
};

/** Whether any language that a table names is written by another recognizer than Whisper. */
const hasRecognizers = async (
  { table, recommended }: Pick<RouterOptions, 'table' | 'recommended'>,
  choose: Choose,
): Promise<boolean> => {
  const languages = new Set([...table, ...recommended].flatMap((entry) => entry.languages));
  for (const language of languages) if ((await choose(language)).kind === 'recognizer') return true;
  return false;
};
