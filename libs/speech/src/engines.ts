import type { Logger } from '@whisper-bot/runtime';
import { TaskError } from '@whisper-bot/task';
import type { Decoder, Diarizer, Engine, SpeechDetector, Transcriber } from './contract.js';
import { createFfmpegDecoder } from './decode/ffmpeg.js';
import { createFallback } from './engine/fallback.js';
import { openEngine } from './engine/open.js';
import { chosenEngines, surveyEngines, whyNone } from './engine/survey.js';
import { createVerdictStore, processorId } from './engine/verdict.js';
import type { EngineChoice, EngineRole } from './engine-name.js';
import type { LanguageModel } from './model/language-model.js';
import { recommendedModels } from './model/recommend.js';
import { createModelStore } from './model/store.js';
import { createRecognizerTranscriber } from './recognizer/transcriber.js';
import { createRouter } from './route/router.js';

export interface SpeechEnginesConfig {
  /** FFMPEG_PATH; without it `ffmpeg-static`, then the PATH. */
  ffmpegPath?: string;
  /** The shipped weights. */
  modelsDir: string;
  /** Folders with further models, looked at before `modelsDir`. */
  moreModelsDirs?: readonly string[];
  /** The recordings that engines are tested with. */
  samplesDir: string;
  /** Where setup puts the compiled engines. */
  cacheDir: string;
  /** Processor cores an engine may use. */
  threads: number;
  /** Default: `auto` for all. */
  choice?: Partial<EngineChoice>;
  /** What the model `auto` is for each language; without an entry the recommended one that is installed. */
  languageModels?: readonly LanguageModel[];
  logger: Logger;
}

export interface SpeechEngines extends Engine {
  decoder: Decoder;
  detector: SpeechDetector;
  transcriber: Transcriber;
  diarizer: Diarizer;
}

/** The engines of a worker; each is chosen and its child started with its first call. */
export const createSpeechEngines = (config: SpeechEnginesConfig): SpeechEngines => {
  const { ffmpegPath, modelsDir, logger } = config;
  const choice: EngineChoice = { detector: 'auto', transcriber: 'auto', diarizer: 'auto', ...config.choice };
  const store = createModelStore([...(config.moreModelsDirs ?? []), modelsDir]);
  const shipped = createModelStore([modelsDir]);
  const opening = { ...config, modelPath: (name: string) => store.whisperPath(name) };
  const book = createVerdictStore(config.cacheDir);
  const stop = new AbortController();

  const candidates = (role: EngineRole) => async () => {
    const testing = { ...opening, modelPath: (name: string) => shipped.whisperPath(name), signal: stop.signal };
    const survey = await surveyEngines({ ...testing, book, roles: [role] });
    const chosen = chosenEngines(survey, role, choice);
    const [first] = chosen;
    if (first === undefined) {
      const cause = whyNone(survey, role, choice);
      throw new TaskError('engine-missing', 'The speech engine is not installed.', { cause });
    }
    logger.info({ role, engine: first.engine, build: first.build }, 'engine chosen');
    return chosen;
  };
  const fallback = <Role extends EngineRole>(role: Role) =>
    createFallback({
      candidates: candidates(role),
      open: (candidate) => openEngine(role, candidate, opening),
      onUnfit: async ({ engine, build, identity }, reason) => {
        const known = (await book.read()).find(
          (one) => one.role === role && one.engine === engine && one.build === build,
        );
        const untested = { instructions: '', seconds: null, cpuSeconds: null };
        const about = { role, engine, build, identity, processor: await processorId(), at: new Date().toISOString() };
        await book.add([{ ...untested, ...known, ...about, passed: false, crashed: true, reason }]);
      },
      logger,
    });
  const detectors = fallback('detector');
  const transcribers = fallback('transcriber');
  const diarizers = fallback('diarizer');
  const recognizers = createRecognizerTranscriber({ threads: config.threads, logger });
  const whisper: Transcriber = {
    transcribe: (request, context) => transcribers.use(context, (engine, own) => engine.transcribe(request, own)),
    detectLanguage: (request, context) =>
      transcribers.use(context, (engine, own) => engine.detectLanguage(request, own)),
  };

  return {
    decoder: createFfmpegDecoder(ffmpegPath === undefined ? {} : { ffmpegPath }),
    detector: { detect: (wav, context) => detectors.use(context, (engine, own) => engine.detect(wav, own)) },
    transcriber: createRouter({
      whisper,
      recognizers,
      store,
      table: config.languageModels ?? [],
      recommended: recommendedModels,
      logger,
    }),
    diarizer: { diarize: (request, context) => diarizers.use(context, (engine, own) => engine.diarize(request, own)) },
    close: async () => {
      stop.abort(new TaskError('engine-crashed', 'The speech engine was shut down.'));
      await Promise.all([detectors.close(), transcribers.close(), diarizers.close(), recognizers.close()]);
    },
  };
};
