// A worker as it is, but for its engines: processes of the same kind, under the same supervision, that hear numbers and wait. A
// recording of anything else goes to the real ones.
import { open } from 'node:fs/promises';
import { createChild } from '@whisper-bot/runtime';
import { createFfmpegDecoder } from '@whisper-bot/speech';
import { createRealEngines } from '@whisper-bot/worker/real-engines';
import { serveWorker } from '@whisper-bot/worker/serve';
import { numberIn, soundSeconds } from './sound.mjs';

const child = new URL('./engine-child.mjs', import.meta.url).pathname;
/** Milliseconds of each engine's call. */
const pace = { detect: 20, transcribe: 400, diarize: 300 };

const isNumber = async (wav) => {
  const file = await open(wav);
  try {
    const bytes = Buffer.alloc(44 + Math.ceil(soundSeconds * 32_000));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return numberIn(new Int16Array(bytes.buffer, bytes.byteOffset + 44, (bytesRead - 44) >> 1)) !== null;
  } finally {
    await file.close();
  }
};

const openStandIns = (logger) => {
  const engine = (name) =>
    createChild({
      name: `stand-in ${name}`,
      command: process.execPath,
      args: [child, String(pace[name])],
      memoryLimitBytes: 300e6,
      logger,
    });
  const children = { detect: engine('detect'), transcribe: engine('transcribe'), diarize: engine('diarize') };
  const call = (name, method, params, { signal, onProgress }) =>
    children[name].call(method, params, { signal, timeLimitMs: 60_000, ...(onProgress && { onProgress }) });
  return {
    detector: {
      detect: async (wav, context) => {
        const { seconds } = await call('detect', 'detect', { wav }, context);
        return [{ start: 0, end: seconds }];
      },
    },
    transcriber: {
      detectLanguage: ({ wav }, context) => call('transcribe', 'language', { wav }, context),
      transcribe: async ({ wav, speech, language, model }, context) => {
        const { text } = await call('transcribe', 'transcribe', { wav }, context);
        const { start, end } = { start: speech[0]?.start ?? 0, end: speech.at(-1)?.end ?? 0 };
        const words = text === null ? [] : [{ start, end, text }];
        const segments = words.length === 0 ? [] : [{ start, end, words }];
        return { v: 1, language, model, engine: 'stand-in', segments };
      },
    },
    diarizer: {
      diarize: async ({ wav, speech }, context) => {
        await call('diarize', 'diarize', { wav }, context);
        return { v: 1, engine: 'stand-in', speakers: 1, turns: speech.map((span) => ({ ...span, speaker: 0 })) };
      },
    },
    close: async () => {
      await Promise.all(Object.values(children).map((one) => one.close()));
    },
  };
};

await serveWorker(process.env, (options) => {
  const real = createRealEngines(options);
  const standIn = openStandIns(options.logger);
  const enginesFor = async (wav) => ((await isNumber(wav)) ? standIn : real);
  return {
    decoder: createFfmpegDecoder(options.config.ffmpegPath === null ? {} : { ffmpegPath: options.config.ffmpegPath }),
    detector: { detect: async (wav, context) => (await enginesFor(wav)).detector.detect(wav, context) },
    transcriber: {
      detectLanguage: async (request, context) =>
        (await enginesFor(request.wav)).transcriber.detectLanguage(request, context),
      transcribe: async (request, context) => (await enginesFor(request.wav)).transcriber.transcribe(request, context),
    },
    diarizer: {
      diarize: async (request, context) => (await enginesFor(request.wav)).diarizer.diarize(request, context),
    },
    knowsModel: real.knowsModel,
    close: async () => {
      await Promise.all([real.close(), standIn.close()]);
    },
  };
});
