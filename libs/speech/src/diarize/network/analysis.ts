import type { InferenceSession } from 'onnxruntime-node';
import type { Span } from '../../contract.js';
import { sampleRate, type Wav } from '../../wav/reader.js';
import { embed } from './embedding.js';
import type { Heard, HeardSpeaker } from './hearing.js';
import { frameSamples, windowFrames, windowSamples } from './segmentation.js';
import { createVoiceStore } from './voice-store.js';
import { createWindowStore, type WindowStore } from './window-store.js';

/** A voice in one window. */
export interface LocalSpeaker extends Omit<HeardSpeaker, 'features'> {
  window: number;
  /** Direction of the voice in the frames alone, of any length; null where there are too few to tell. */
  voice: Int8Array | null;
}

export interface Analysis {
  windows: WindowStore;
  /** In the order of windows. */
  speakers: LocalSpeaker[];
}

export interface AnalysisOptions {
  wav: Wav;
  /** Where somebody speaks: windows without are not looked at. */
  speech: readonly Span[];
  /** Segments windows, one after another in `samples`, and gives those back to be used again. */
  hear: (samples: Float32Array<ArrayBuffer>, indexes: number[]) => Promise<Heard>;
  embedding: InferenceSession;
  /** Whether to segment the next windows while listening to the voices of these. */
  ahead: boolean;
  onProgress: (fraction: number) => void;
  throwIfCancelled: () => void;
}

/** A quarter of a window: every moment is heard four times. In whole frames (2.4975 s), so that windows lie on one grid. */
export const stepFrames = 148;
/** Windows that look at one moment. */
export const windowsAtOnce = Math.ceil(windowFrames / stepFrames);
const stepSamples = stepFrames * frameSamples;
/** Windows through the network at once: one costs a sixth more time, more than two gain nothing but memory. */
const batch = 2;

/** Runs both networks over the recording, piece by piece. */
export const analyse = async (options: AnalysisOptions): Promise<Analysis> => {
  const { wav } = options;
  const count = Math.max(1, 1 + Math.ceil((wav.length - windowSamples) / stepSamples));
  const todo = windowsWith(options.speech, count);
  const analysis: Analysis = { windows: createWindowStore(count), speakers: [] };
  const keep = createVoiceStore();
  if (todo.length === 0) return analysis;

  let spare = new ArrayBuffer(0);
  const ask = async (from: number) => {
    const indexes = todo.slice(from, from + batch);
    const bytes = indexes.length * windowSamples * 4;
    // The same memory goes round: megabytes of garbage every second would lie about for long.
    const samples = new Float32Array(spare.byteLength === bytes ? spare : new ArrayBuffer(bytes));
    for (const [i, index] of indexes.entries())
      await wav.readInto(index * stepSamples, samples.subarray(i * windowSamples, (i + 1) * windowSamples));
    const heard = await options.hear(samples, indexes);
    spare = heard.samples.buffer;
    return { indexes, windows: heard.windows };
  };
  let next = ask(0);
  for (let from = 0; from < todo.length; from += batch) {
    const { indexes, windows } = await next;
    const more = from + batch < todo.length;
    if (more && options.ahead) next = ask(from + batch);
    // Whatever it throws is seen when it is awaited.
    next.catch(() => {});
    for (const [i, { probabilities, speakers }] of windows.entries()) {
      const window = indexes[i] as number;
      analysis.windows.add(window, probabilities);
      for (const { features, ...speaker } of speakers) {
        options.throwIfCancelled();
        const voice = features && keep(await embed(options.embedding, features));
        analysis.speakers.push({ ...speaker, window, voice });
      }
    }
    options.throwIfCancelled();
    options.onProgress(Math.min(1, (from + batch) / todo.length));
    if (more && !options.ahead) next = ask(from + batch);
  }
  return analysis;
};

/** Indexes of the windows that hold some of the speech; those are heard whole, beyond the speech as well. */
const windowsWith = (speech: readonly Span[], count: number): number[] => {
  const found: number[] = [];
  let span = 0;
  for (let index = 0; index < count; index++) {
    const start = (index * stepSamples) / sampleRate;
    while (span < speech.length && (speech[span] as Span).end <= start) span++;
    if (span < speech.length && (speech[span] as Span).start < start + windowSamples / sampleRate) found.push(index);
  }
  return found;
};
