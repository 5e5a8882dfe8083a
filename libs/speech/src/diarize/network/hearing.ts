import type { InferenceSession } from 'onnxruntime-node';
import { fbank, frameCount, frameLength, frameShift } from './fbank.js';
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
export interface HeardSpeaker {
  local: number;
  /** Frames in which nobody else speaks. */
  alone: number;
  /** Frames in which the voice is heard at all. */
  active: number;
  /** Of too little speech to be clustered; good enough to tell which cluster it is. */
  rough: boolean;
  /** Rows for the voice network, of frames alone; null where there are too few to tell, or no need to. */
  features: Float32Array<ArrayBuffer> | null;
}

/** What the segmentation network hears in one window. */
export interface HeardWindow {
  /** `windowFrames` × `columns` probabilities in 255ths: hours of them are kept. */
  probabilities: Uint8Array;
  speakers: HeardSpeaker[];
}

export interface Heard {
  windows: HeardWindow[];
  /** What was listened to. */
  samples: Float32Array<ArrayBuffer>;
}

/** Below 0.2 s a voice says nothing. In frames of the segmentation, as the three below. */
const leastVoice = 12;
/** Every other window gives the voices that are clustered: up to 3 s of a lone speaker, 2.5 s of each of several. */
const mostVoice = 178;
const mostSharedVoice = 148;
/** The windows between only need to tell their own two or three speakers apart: 1 s each. */
const mostRoughVoice = 60;

/** Windows of `windowSamples`, one after another in `samples`; `indexes` are their places in the recording. */
export const hear = async (
  session: InferenceSession,
  samples: Float32Array,
  indexes: readonly number[],
): Promise<HeardWindow[]> => {
  const windows = await segment(session, samples, indexes.length);
  return windows.map((probabilities, i) => ({
    probabilities: Uint8Array.from(probabilities, (value) => Math.round(Math.min(1, value) * 255)),
    speakers: speakersIn(
      probabilities,
      samples.subarray(i * windowSamples, (i + 1) * windowSamples),
      (indexes[i] as number) % 2 === 1,
    ),
  }));
};

const speakersIn = (probabilities: Float32Array, samples: Float32Array, rough: boolean): HeardSpeaker[] => {
  const present = whoSpeaks(probabilities);
  const active = new Array<number>(localSpeakers).fill(0);
  const alone = Array.from({ length: localSpeakers }, (): number[] => []);
  for (let frame = 0; frame < windowFrames; frame++)
    for (let local = 0; local < localSpeakers; local++) {
      const bit = 1 << local;
      if ((present[frame] as number) & bit) active[local] = (active[local] as number) + 1;
      if (present[frame] === bit) alone[local]?.push(frame);
    }
  const many = active.filter((frames) => frames > 0).length;
  const most = rough ? mostRoughVoice : many > 1 ? mostSharedVoice : mostVoice;
  return active.flatMap((frames, local) => {
    if (frames === 0) return [];
    const own = alone[local] as number[];
    // A lone speaker of a window between is told by when they speak.
    const silent = own.length < leastVoice || (rough && many < 2);
    const features = silent ? null : fbank(samples, rowsOf(mostCentral(own, most)));
    return [{ local, alone: own.length, active: frames, rough, features }];
  });
};

/** The frames nearest to the middle of the window, where the network sees most around them. */
const mostCentral = (frames: readonly number[], most: number): number[] => {
  const middle = windowFrames / 2;
  return frames
    .toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle))
    .slice(0, most)
    .sort((a, b) => a - b);
};

const lastRow = frameCount(windowSamples) - 1;

/** The feature rows whose middle falls into the given frames: those with middles in a frame's 270 samples. */
const rowsOf = (frames: readonly number[]): number[] => {
  const rows: number[] = [];
  for (const frame of frames) {
    const from = frame * frameSamples + frameCenter - frameSamples / 2 - frameLength / 2;
    const begin = Math.max(0, Math.ceil(from / frameShift));
    const end = Math.ceil((from + frameSamples) / frameShift);
    for (let row = begin; row < end && row <= lastRow; row++) rows.push(row);
  }
  return rows;
};
