import type { Graph, Value } from './graph.js';
import { type MelBank, melBands } from './mel.js';
import { dataType } from './schema.js';

/** Hz: the pitches that the models know. */
export const pitch = { low: 300, high: 3000 } as const;

/** A tone within a recording. */
export interface Tone {
  readonly pitch: keyof typeof pitch;
  /** Seconds from the beginning. */
  readonly start: number;
  /** Seconds from the beginning. */
  readonly end: number;
}

/** Hz. */
const sampleRate = 16_000;

/** Silence of a length in seconds with tones in it: 16 kHz, mono, amplitude 0.3 of full scale. */
export function toneSound(seconds: number, tones: readonly Tone[]): Float32Array {
  const samples = new Float32Array(Math.round(seconds * sampleRate));
  for (const { pitch: name, start, end } of tones) {
    const radians = (2 * Math.PI * pitch[name]) / sampleRate;
    const last = Math.min(samples.length, Math.round(end * sampleRate));
    for (let at = Math.round(start * sampleRate); at < last; at += 1) samples[at] = 0.3 * Math.sin(radians * at);
  }
  return samples;
}

/** Nats by which one band must be louder than the other: a click at the edge of a tone is in both. */
const contrast = 4;

/** How a family's features are laid out. */
export interface Frontend {
  readonly bank: MelBank;
  /** Feature frames for each encoder frame; a feature frame is 10 ms, SenseVoice's 60 ms. */
  readonly subsampling: number;
  /** Log mel energy below which all is silence: -7 for samples in [-1, 1], more where a family scales them. */
  readonly level: number;
}

/**
 * Where tones begin.
 *
 * @param mel log mel energies, float (batch, bins, frames)
 * @returns float (batch, 2, ceil(frames / subsampling)): 1 in the first encoder frame of each tone, low tones in channel 0, high ones in
 * channel 1; 0 elsewhere
 */
export function toneOnsets(graph: Graph, mel: Value, { bank, subsampling, level }: Frontend): Value {
  const band = (from: number, to: number): Value => {
    const [first, end] = melBands(bank, from, to);
    const bins = graph.apply('Slice', [
      mel,
      graph.constant('int64', [first]),
      graph.constant('int64', [end]),
      graph.constant('int64', [1]),
    ]);
    return graph.apply('ReduceMax', [bins], { axes: [1], keepdims: 1 });
  };
  const bands = graph.apply('Concat', [band(200, 450), band(2500, 3600)], { axis: 1 });
  const whole = graph.apply('Pad', [bands, graph.constant('int64', [0, 0, 0, 0, 0, subsampling - 1])], {
    mode: 'edge',
  });
  const loudness = graph.apply('AveragePool', [whole], { kernel_shape: [subsampling], strides: [subsampling] });
  const other = graph.apply('Gather', [loudness, graph.constant('int64', [1, 0])], { axis: 1 });
  const louder = graph.apply('Sub', [graph.apply('Sub', [loudness, other]), graph.constant('float', [contrast])]);
  const audible = graph.apply('Sub', [loudness, graph.constant('float', [level])]);
  const present = graph.apply('Greater', [graph.apply('Min', [louder, audible]), graph.constant('float', [0])]);
  const active = graph.apply('Cast', [present], { to: dataType.float });
  const before = graph.apply('Pad', [active, graph.constant('int64', [0, 0, 1, 0, 0, -1])]);
  return graph.apply('Relu', [graph.apply('Sub', [active, before])]);
}
