import type { HandlerContext } from '@whisper-bot/runtime';
import sherpa from 'sherpa-onnx-node';
import { z } from 'zod';
import type { Span } from '../contract.js';
import { openWav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';

const paramsSchema = z.object({ wav: z.string(), model: z.string() });

/** Samples that Silero looks at: 32 ms. */
const windowSize = 512;
/** Windows read at a time: 33 s. */
const piece = 1024;

/** Silero VAD as sherpa-onnx runs it, in bounded memory. */
export const detectWithSherpaOnnx = async (params: unknown, context: HandlerContext): Promise<Span[]> => {
  const { wav: path, model } = paramsSchema.parse(params);
  const sileroVad = {
    model,
    threshold: 0.5,
    minSpeechDuration: 0.16,
    minSilenceDuration: 0.3,
    windowSize,
    // Seconds. Longer intervals are cut there, and joined again by the caller.
    maxSpeechDuration: 60,
  };
  const vad = new sherpa.Vad({ sileroVad, sampleRate, numThreads: 1, debug: false }, 120);
  const spans: Span[] = [];
  const take = () => {
    for (; !vad.isEmpty(); vad.pop()) {
      const { start, samples } = vad.front(false);
      spans.push({ start: start / sampleRate, end: (start + samples.length) / sampleRate });
    }
  };
  const wav = await openWav(path);
  try {
    for (let from = 0; from < wav.length; from += piece * windowSize) {
      context.throwIfCancelled();
      const samples = await wav.read(from, piece * windowSize);
      for (let at = 0; at < samples.length; at += windowSize) {
        vad.acceptWaveform(samples.subarray(at, at + windowSize));
        take();
      }
      context.progress(Math.min(1, (from + samples.length) / wav.length));
    }
    vad.flush();
    take();
  } finally {
    await wav.close();
  }
  return spans;
};
