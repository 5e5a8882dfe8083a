import { appendFile, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Span } from '@whisper-bot/speech';
import type { Recognition } from '@whisper-bot/transcript';
import { z } from 'zod';
import type { Engines } from '../engines.js';

/** What a stand-in recording says of itself; the engines read it instead of listening. */
export const recordingSchema = z.object({
  /** Seconds. */
  duration: z.number(),
  /** Whether the file ends before its time. */
  breaksOff: z.boolean().optional(),
  spans: z.array(z.object({ start: z.number(), end: z.number() })),
});
export type Recording = z.infer<typeof recordingSchema>;

/** A span of this many seconds kills the process that transcribes it. */
export const deadly = 13;

/** Nine seconds of speech in every ten. */
export const conversation = (duration: number): Recording => ({
  duration,
  spans: Array.from({ length: Math.floor(duration / 10) }, (_, index) => ({ start: index * 10, end: index * 10 + 9 })),
});

export interface StandInOptions {
  /** Seconds of waiting for a second of speech. */
  rate: number;
  /** Appended to each line of the log. */
  name?: string;
  /** Called before each engine's work, with its name. */
  before?: (engine: string) => void;
}

/** Each engine call appends a line to this file in the task folder. */
export const callLog = 'calls.log';

/** Engines that take their time and say one word for each span: what is tested is the worker around them. */
export const createStandInEngines = ({ rate, name = '', before = () => {} }: StandInOptions): Engines => {
  const enter = async (wav: string, engine: string): Promise<void> => {
    before(engine);
    await appendFile(join(dirname(wav), callLog), `${engine}${name === '' ? '' : ` ${name}`}\n`);
  };
  const spend = async (speech: readonly Span[], signal: AbortSignal): Promise<void> => {
    const seconds = speech.reduce((sum, { start, end }) => sum + end - start, 0);
    await wait(seconds * rate * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
  };
  return {
    decoder: {
      probe: async () => ({ duration: null, format: 'stand-in', codec: 'stand-in', channels: 1, sampleRate: 16_000 }),
      decode: async (path, target) => {
        await enter(path, 'decode');
        const { duration, breaksOff = false } = recordingSchema.parse(JSON.parse(await readFile(path, 'utf8')));
        const file = await open(target, 'wx');
        await file.truncate(44 + 32_000 * duration);
        await file.close();
        return { duration, breaksOff };
      },
    },
    detector: {
      detect: async (wav) => {
        await enter(wav, 'detect');
        return recordingSchema.parse(JSON.parse(await readFile(join(dirname(wav), 'audio.json'), 'utf8'))).spans;
      },
    },
    transcriber: {
      detectLanguage: async ({ wav }) => {
        await enter(wav, 'language');
        return { language: 'en', probability: 0.9 };
      },
      transcribe: async ({ wav, speech, language, model }, { signal }): Promise<Recognition> => {
        await enter(wav, `transcribe-${speech[0]?.start}`);
        if (speech[0]?.end === deadly) process.kill(process.pid, 'SIGKILL');
        await spend(speech, signal);
        return {
          v: 1,
          language,
          model,
          engine: 'stand-in',
          segments: speech.map(({ start, end }) => ({ start, end, words: [{ start, end, text: `w${start}.` }] })),
        };
      },
    },
    diarizer: {
      diarize: async ({ wav, speech }, { signal }) => {
        await enter(wav, 'diarize');
        await spend(speech, AbortSignal.any([signal]));
        return {
          v: 1,
          engine: 'stand-in',
          speakers: 2,
          turns: speech.map((span, index) => ({ ...span, speaker: index % 2 })),
        };
      },
    },
  };
};
