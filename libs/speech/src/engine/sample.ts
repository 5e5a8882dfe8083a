import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Diarization, Recognition } from '@whisper-bot/transcript';
import { z } from 'zod';
import type { CallContext, Span } from '../contract.js';
import { openWav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { wavOf } from '../wav/wav-of.js';
import type { EngineOf } from './open.js';

/** What an engine is given, and what is wrong with its answer; null where nothing is. */
export interface Sample<Role extends keyof EngineOf> {
  /** Seconds of sound. */
  duration: number;
  check(engine: EngineOf[Role], context: CallContext): Promise<string | null>;
}

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

/** How many of the words were found, in their order (the longest common subsequence). */
const inOrder = (wanted: readonly string[], found: readonly string[]): number => {
  let before: number[] = new Array(found.length + 1).fill(0);
  for (const word of wanted) {
    const row = [0];
    for (const [index, other] of found.entries()) {
      const longer = word === other ? (before[index] ?? 0) + 1 : 0;
      row.push(Math.max(longer, before[index + 1] ?? 0, row[index] ?? 0));
    }
    before = row;
  }
  return before.at(-1) ?? 0;
};

const jfk = 'and so my fellow americans ask not what your country can do for you ask what you can do for your country';
const jfkDuration = 11;

const judgeWords = ({ segments }: Recognition): string | null => {
  const found = words(segments.flatMap((segment) => segment.words.map(({ text }) => text)).join(' '));
  const wanted = words(jfk);
  const right = inOrder(wanted, found);
  // Punctuation is anyone's; of the words all engines have all.
  if (right >= wanted.length - 1 && found.length <= wanted.length + 2) return null;
  return `wrong words: "${found.join(' ').slice(0, 120)}"`;
};

const judgeSpeech = (spans: readonly Span[]): string | null => {
  const length = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  const sane = spans.every(({ start, end }) => start >= 0 && end > start && end <= jfkDuration + 0.1);
  if (sane && length > 0.6 * jfkDuration && (spans[0]?.start ?? 9) < 1) return null;
  return `wrong speech: ${JSON.stringify(spans).slice(0, 120)}`;
};

const turnSchema = z.array(z.object({ start: z.number(), end: z.number() })).min(2);

const judgeSpeakers = ({ speakers, turns }: Diarization, wanted: readonly Span[]): string | null => {
  const matched = wanted.map(({ start, end }) => {
    const overlap = (turn: Span) => Math.max(0, Math.min(end, turn.end) - Math.max(start, turn.start));
    const most = turns.toSorted((a, b) => overlap(b) - overlap(a))[0];
    return most !== undefined && overlap(most) > 0.5 * (end - start) ? most.speaker : null;
  });
  if (speakers === wanted.length && !matched.includes(null) && new Set(matched).size === wanted.length) return null;
  return `wrong speakers: ${speakers}, not ${wanted.length}`;
};

/** The samples that come with the product, in `samplesDir`; `modelPath` names the weights for words. */
export const createSamples = (samplesDir: string): { [Role in keyof EngineOf]: () => Promise<Sample<Role>> } => {
  const wav = join(samplesDir, 'jfk.wav');
  return {
    detector: async () => ({
      duration: jfkDuration,
      check: async (engine, context) => judgeSpeech(await engine.detect(wav, context)),
    }),
    transcriber: async () => ({
      duration: jfkDuration,
      check: async (engine, context) => {
        const speech = [{ start: 0, end: jfkDuration }];
        const request = { wav, speech, model: 'base', language: 'en', translate: false, prompt: '' };
        return judgeWords(await engine.transcribe(request, context));
      },
    }),
    diarizer: async () => {
      const all = turnSchema.parse(JSON.parse(await readFile(join(samplesDir, 'dialogue-3-speakers.json'), 'utf8')));
      // Its first two turns: thirteen seconds are enough, and sherpa-onnx takes its time.
      const speech = all.slice(0, 2).map(({ start, end }) => ({ start, end }));
      const duration = (speech[1]?.end ?? 0) + 0.2;
      return {
        duration,
        check: async (engine, context) => {
          const folder = await mkdtemp(join(tmpdir(), 'whisper-bot-sample-'));
          try {
            const path = join(folder, 'two.wav');
            const dialogue = await openWav(join(samplesDir, 'dialogue-3-speakers.wav'));
            await writeFile(path, wavOf(await dialogue.read(0, Math.round(duration * sampleRate))));
            await dialogue.close();
            const request = { wav: path, speech, speakers: { kind: 'auto' } as const };
            return judgeSpeakers(await engine.diarize(request, context), speech);
          } finally {
            await rm(folder, { recursive: true, force: true });
          }
        },
      };
    },
  };
};
