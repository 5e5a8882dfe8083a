import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createChild, createLogger } from '@whisper-bot/runtime';
import { type TemporaryDirectory, temporaryDirectory, whisperShapes, writeWhisperModel } from '@whisper-bot/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findEngineBinary } from '../binary.js';

// Models larger than base, by numbers: whisper-golden.json is what CTranslate2 computes with the same random weights (bench/golden/whisper.py).
const file = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

interface Text {
  readonly prompt: number[];
  readonly tokens: number[];
}
interface Golden {
  readonly seed: number;
  readonly every: number;
  readonly encoded: number[][];
  readonly timestamps: Text;
  readonly plain: Text;
}
type Shape = 'two-layers' | 'two-layers-v3';
const golden: Record<Shape, Golden> = JSON.parse(
  readFileSync(file('libs/speech/native/test/whisper-golden.json'), 'utf8'),
);
const shapes = Object.keys(golden) as Shape[];

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory();
  for (const shape of shapes)
    await writeWhisperModel(modelOf(shape), { shape: whisperShapes[shape], seed: golden[shape].seed });
  await writeWhisperModel(modelOf('distilled'), { shape: whisperShapes.distilled });
});
afterAll(() => directory.remove());
const modelOf = (shape: string) => join(directory.path, `${shape}.bin`);

// oneDNN reads it when it is loaded: what the processor has beyond it is not used.
const limit = 'ONEDNN_MAX_CPU_ISA';
const children: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  delete process.env[limit];
  for (const child of children.splice(0)) await child.close();
});

const open = async (shape: string, engine: 'native' | 'whisper-cpp' = 'native') => {
  const child = createChild({
    name: engine,
    command: await findEngineBinary(file('.cache'), 'whisper-child'),
    args: ['--model', modelOf(shape), '--threads', '2', '--engine', engine],
    memoryLimitBytes: 2 ** 31,
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
  children.push(child);
  return (method: string, params: object) => {
    const sound = { wav: file('samples/jfk.wav'), window: [{ from: 0, to: 11 * 16_000, at: 0 }] };
    return child.call(
      method,
      { ...sound, ...params },
      { signal: new AbortController().signal, timeLimitMs: 300_000 },
    ) as Promise<never>;
  };
};

describe.each(shapes)('%s', (shape) => {
  const { every, encoded, timestamps, plain } = golden[shape];

  test.each([
    ['what the processor has', undefined],
    ['whole numbers', 'AVX2'],
  ])('is encoded and written as by another implementation, in %s', async (_numbers, instructions) => {
    if (instructions !== undefined) process.env[limit] = instructions;
    const call = await open(shape);
    const timed: Text & { encoded: number[][] } = await call('inspect', { language: 'en', every, steps: 50 });
    expect(difference(timed.encoded, encoded)).toBeLessThan(0.01);
    expect(timed).toMatchObject(timestamps);
    expect(await call('inspect', { language: 'en', timestamps: false, steps: 50 })).toMatchObject(plain);
  });

  test('detects the languages that whisper.cpp detects', async () => {
    const [ours, theirs] = await Promise.all(
      (['native', 'whisper-cpp'] as const).map(async (engine) => {
        const answer: { languages: Record<string, number> } = await (await open(shape, engine))('detectLanguage', {
          fullContext: true,
        });
        return answer.languages;
      }),
    );
    const names = Object.keys(theirs ?? {});
    // One more from large-v3 on; a random model has an opinion of each.
    expect(names.includes('yue')).toBe(shape === 'two-layers-v3');
    for (const name of names) expect(ours?.[name] ?? 0).toBeCloseTo(theirs?.[name] ?? 0, 2);
  });
});

test.each(['native', 'whisper-cpp'] as const)(
  'a model with fewer layers of text than of sound is not taken for the published one: %s',
  async (engine) => {
    const call = await open('distilled', engine);
    expect(await call('inspect', { language: 'en', steps: 2 })).toMatchObject({ prompt: [50258, 50259, 50359] });
  },
);

/** Root of the mean square, relative to that of the golden numbers. */
const difference = (found: number[][], wanted: number[][]): number => {
  const square = (rows: number[][]) => rows.flat().reduce((sum, value) => sum + value * value, 0);
  const apart = wanted.map((row, i) => row.map((value, j) => value - (found[i]?.[j] ?? Number.NaN)));
  return Math.sqrt(square(apart) / square(wanted));
};
