import type { InferenceSession } from 'onnxruntime-node';
import type { Wav } from '../../wav/reader.js';
import { embed } from './embedding.js';
import { fbank, frameLength, frameShift, melBins } from './fbank.js';
import {
  frameCenter,
  frameSamples,
  localSpeakers,
  segment,
  whoSpeaks,
  windowFrames,
  windowSamples,
} from './segmentation.js';

/** A voice in one window, by its position there (0–2). */
export interface LocalSpeaker {
  window: number;
  local: number;
  /** Frames in which nobody else speaks. */
  alone: number;
  /** Frames in which the voice is heard at all. */
  active: number;
  /** Of frames alone; null where there are too few to tell. */
  voice: Float32Array | null;
  /** Of too little speech to be clustered; good enough to tell which cluster it is. */
  rough: boolean;
}

export interface Analysis {
  /** Frames between two windows. */
  step: number;
  /** For each window `windowFrames` × `localSpeakers` probabilities. */
  windows: Float32Array[];
  speakers: LocalSpeaker[];
}

export interface AnalysisOptions {
  wav: Wav;
  segmentation: InferenceSession;
  embedding: InferenceSession;
  onProgress: (fraction: number) => void;
  throwIfCancelled: () => void;
}

/** A quarter of a window: every moment is heard four times. In whole frames (2.4975 s), so that windows lie on one grid. */
export const stepFrames = 148;
const stepSamples = stepFrames * frameSamples;
/** Windows through the network at once: more gain nothing, and this bounds the memory. */
const batch = 4;
/** Below 0.2 s a voice says nothing. In frames of the segmentation, as the three below. */
const leastVoice = 12;
/** Every other window gives the voices that are clustered: up to 3 s of a lone speaker, 2.5 s of each of several. */
const mostVoice = 178;
const mostSharedVoice = 148;
/** The windows between only need to tell their own two or three speakers apart: 1 s each. */
const mostRoughVoice = 60;

/** Runs both networks over the recording, piece by piece. */
export const analyse = async (options: AnalysisOptions): Promise<Analysis> => {
  const { wav } = options;
  const count = Math.max(1, 1 + Math.ceil((wav.length - windowSamples) / stepSamples));
  const analysis: Analysis = { step: stepFrames, windows: [], speakers: [] };
  for (let first = 0; first < count; first += batch) {
    const here = Math.min(batch, count - first);
    const span = (here - 1) * stepSamples + windowSamples;
    const samples = new Float32Array(span);
    samples.set(await wav.read(first * stepSamples, span));
    const stacked = new Float32Array(here * windowSamples);
    for (let i = 0; i < here; i++)
      stacked.set(samples.subarray(i * stepSamples, i * stepSamples + windowSamples), i * windowSamples);

    const windows = await segment(options.segmentation, stacked, here);
    const features = fbank(samples);
    for (const [index, probabilities] of windows.entries()) {
      options.throwIfCancelled();
      analysis.windows.push(probabilities);
      const present = Array.from({ length: windowFrames }, (_, frame) => whoSpeaks(probabilities, frame));
      const rough = (first + index) % 2 === 1;
      // A lone speaker of such a window is told by when they speak.
      const many = new Set(present.flat()).size;
      const silent = rough && many < 2;
      for (let local = 0; local < localSpeakers; local++) {
        const active = present.filter((who) => who.includes(local)).length;
        if (active === 0) continue;
        const frames = [...present.keys()].filter(
          (frame) => present[frame]?.length === 1 && present[frame]?.[0] === local,
        );
        const voice =
          frames.length < leastVoice || silent
            ? null
            : await embed(
                options.embedding,
                featuresOf(
                  features,
                  index * stepFrames,
                  mostCentral(frames, rough ? mostRoughVoice : many > 1 ? mostSharedVoice : mostVoice),
                ),
              );
        analysis.speakers.push({ window: first + index, local, alone: frames.length, active, voice, rough });
      }
    }
    options.onProgress((first + here) / count);
  }
  return analysis;
};

/** The frames nearest to the middle of the window, where the network sees most around them. */
const mostCentral = (frames: number[], most: number): number[] => {
  const middle = windowFrames / 2;
  return frames
    .toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle))
    .slice(0, most)
    .sort((a, b) => a - b);
};

/** The feature rows whose middle falls into the given frames, which count from `offset`. */
const featuresOf = (features: Float32Array, offset: number, frames: readonly number[]): Float32Array => {
  const rows: number[] = [];
  const last = features.length / melBins - 1;
  for (const frame of frames) {
    // A frame of the segmentation holds the rows with middles in its 270 samples.
    const from = (offset + frame) * frameSamples + frameCenter - frameSamples / 2 - frameLength / 2;
    const begin = Math.max(0, Math.ceil(from / frameShift));
    const end = Math.ceil((from + frameSamples) / frameShift);
    for (let row = begin; row < end && row <= last; row++) rows.push(row);
  }
  const chosen = new Float32Array(rows.length * melBins);
  for (const [i, row] of rows.entries()) chosen.set(features.subarray(row * melBins, (row + 1) * melBins), i * melBins);
  return chosen;
};
