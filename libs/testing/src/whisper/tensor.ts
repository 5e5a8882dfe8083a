import type { WhisperShape } from './shape.js';

/** A tensor of a Whisper model: `shape` as ggml orders it, the contiguous dimension first. */
export interface TensorPlan {
  readonly name: string;
  readonly shape: readonly number[];
  /** Standard deviation of its numbers. */
  readonly deviation: number;
  readonly mean?: number;
  /** Biases, norms and positions stay floats in all files. */
  readonly float?: boolean;
  /** Convolutions are never quantized below half precision: their contiguous dimension has 3 numbers. */
  readonly convolution?: boolean;
}

// Attention that looks somewhere, instead of everywhere alike: scores have a standard deviation of about 3.
const attentive = 1.7;

const linear = (name: string, inputs: number, outputs: number, bias = true, gain = 1): TensorPlan[] => [
  { name: `${name}.weight`, shape: [inputs, outputs], deviation: gain / Math.sqrt(inputs) },
  ...(bias ? [{ name: `${name}.bias`, shape: [outputs], deviation: 0.1, float: true }] : []),
];

const norm = (name: string, width: number): TensorPlan[] => [
  { name: `${name}.weight`, shape: [width], deviation: 0.1, mean: 1, float: true },
  { name: `${name}.bias`, shape: [width], deviation: 0.1, float: true },
];

const convolution = (name: string, inputs: number, outputs: number): TensorPlan[] => [
  { name: `${name}.weight`, shape: [3, inputs, outputs], deviation: 1 / Math.sqrt(3 * inputs), convolution: true },
  { name: `${name}.bias`, shape: [1, outputs], deviation: 0.1, float: true },
];

const attention = (name: string, width: number): TensorPlan[] => [
  ...linear(`${name}.query`, width, width, true, attentive),
  ...linear(`${name}.key`, width, width, false, attentive),
  ...linear(`${name}.value`, width, width),
  ...linear(`${name}.out`, width, width),
];

const block = (name: string, width: number, cross: boolean): TensorPlan[] => [
  ...norm(`${name}.attn_ln`, width),
  ...attention(`${name}.attn`, width),
  ...(cross ? [...norm(`${name}.cross_attn_ln`, width), ...attention(`${name}.cross_attn`, width)] : []),
  ...norm(`${name}.mlp_ln`, width),
  ...linear(`${name}.mlp.0`, width, 4 * width),
  ...linear(`${name}.mlp.2`, 4 * width, width),
];

/** All tensors of a model. Activations have a standard deviation of about 1 throughout. */
export const tensorsOf = ({ vocabulary, audioLayers, textLayers, width, mels }: WhisperShape): TensorPlan[] => [
  { name: 'encoder.positional_embedding', shape: [width, 1500], deviation: 0.5, float: true },
  ...convolution('encoder.conv1', mels, width),
  ...convolution('encoder.conv2', width, width),
  ...Array.from({ length: audioLayers }, (_, i) => block(`encoder.blocks.${i}`, width, false)).flat(),
  ...norm('encoder.ln_post', width),
  { name: 'decoder.positional_embedding', shape: [width, 448], deviation: 2, float: true },
  { name: 'decoder.token_embedding.weight', shape: [width, vocabulary], deviation: 1 / Math.sqrt(width) },
  ...Array.from({ length: textLayers }, (_, i) => block(`decoder.blocks.${i}`, width, true)).flat(),
  ...norm('decoder.ln', width),
];
