import { open } from 'node:fs/promises';
import { createRandom } from '../bot-api/fault/random.js';
import { melFilters } from './mel-filters.js';
import { numberFormats } from './number-format.js';
import type { WhisperShape } from './shape.js';
import { type TensorPlan, tensorsOf } from './tensor.js';

/** Random numbers that tensors take their values from, each from a place of its own. A prime of blocks: tensors' rows do not line up. */
const poolSize = 32 * 65_537;
/** Signs that the pool's numbers are given, for no row of one tensor to be a row of another. */
const signCount = 4_099;
/** Every so many tokens one is likelier than others, so that one stands out at each step as after training. */
const loudTokens = 257;
const loudness = 3;

/** A file's number for what most of its tensors are. */
const fileTypes = { f32: 0, f16: 1, q8_0: 7, q5_0: 8 } as const;

export interface WhisperModelOptions {
  readonly shape: WhisperShape;
  readonly seed?: number;
  readonly format?: keyof typeof fileTypes;
}

/**
 * Writes a model of whisper.cpp with random weights: right in everything that can be measured or compared, and unable to understand anything. The same
 * shape, seed and format give the same file. Tokens below 256 are their byte, others `" w" + id`.
 */
export const writeWhisperModel = async (path: string, options: WhisperModelOptions): Promise<void> => {
  const { shape, seed = 1, format = 'f16' } = options;
  const random = createRandom(seed);
  const pool = Float32Array.from({ length: poolSize }, () => normal(random));
  const file = await open(path, 'w');
  try {
    await file.writeFile(header(shape, fileTypes[format]));
    for (const plan of tensorsOf(shape)) {
      const kind = plan.float ? 'f32' : plan.convolution && format !== 'f32' ? 'f16' : format;
      const from = Math.floor(random() * (poolSize / 32)) * 32;
      const signs = Array.from({ length: signCount }, () => (random() < 0.5 ? -1 : 1));
      for (const part of tensor(plan, { kind, pool, from, signs })) await file.writeFile(part);
    }
  } finally {
    await file.close();
  }
};

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const ints = (...values: number[]): Buffer => Buffer.from(Int32Array.from(values).buffer);

const header = (shape: WhisperShape, type: number): Buffer => {
  const { vocabulary, audioLayers, textLayers, width, mels } = shape;
  const heads = width / 64;
  const sizes = [vocabulary, 1500, width, heads, audioLayers, 448, width, heads, textLayers, mels, type];
  const words = Array.from({ length: 50_257 }, (_, id) => (id < 256 ? Buffer.from([id]) : Buffer.from(` w${id}`)));
  return Buffer.concat([
    ints(0x67676d6c, ...sizes, mels, 201),
    Buffer.from(melFilters(mels).buffer),
    ints(words.length),
    ...words.flatMap((word) => [ints(word.length), word]),
  ]);
};

interface Source {
  readonly kind: keyof typeof numberFormats;
  readonly pool: Float32Array;
  readonly from: number;
  readonly signs: readonly number[];
}

/** A tensor's head, then its numbers piece by piece: the pool from a place on, around and around. */
function* tensor(plan: TensorPlan, { kind, pool, from, signs }: Source): Generator<Buffer> {
  const { type, block, bytes, write } = numberFormats[kind];
  const name = Buffer.from(plan.name);
  yield Buffer.concat([ints(plan.shape.length, name.length, type, ...plan.shape), name]);
  const [row = 1] = plan.shape;
  const count = plan.shape.reduce((product, size) => product * size, 1);
  const numbers = Math.min(count, poolSize);
  const embedding = plan.name === 'decoder.token_embedding.weight';
  // As many numbers as the pool has are packed once; longer tensors repeat them.
  const values = new Float32Array(numbers);
  const blocks = Math.ceil(numbers / block);
  const packed = Buffer.alloc(blocks * bytes);
  const fill = (done: number) => {
    for (let i = 0; i < numbers; i += 1) {
      const loud = embedding && Math.floor((done + i) / row) % loudTokens === loudTokens - 1 ? loudness : 1;
      const number = (pool[(from + i) % poolSize] ?? 0) * (signs[(done + i) % signCount] ?? 1);
      values[i] = (plan.mean ?? 0) + plan.deviation * loud * number;
    }
    for (let i = 0; i < blocks; i += 1) write(values, i * block, packed, i * bytes);
  };
  for (let done = 0; done < count; done += numbers) {
    if (done === 0 || embedding) fill(done);
    yield packed.subarray(0, (Math.min(numbers, count - done) / block) * bytes);
  }
}
