import type { HandlerContext } from '@whisper-bot/runtime';
import sherpa from 'sherpa-onnx-node';
import { z } from 'zod';
import type { Span } from '../contract.js';
import { piecesOf } from '../wav/pieces.js';
import { openWav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';

export const detectParamsSchema = z.object({ wav: z.string(), model: z.string() });

/** What Silero looks at in one step, samples; fixed by the network. */
const windowSize = 512;
/** Read from disk at a time: 32 s. */
const pieceSize = windowSize * 1000;

/** Finds speech with Silero's network; runs in the child's computing thread. */
export const detectSpeech = async (params: unknown, context: HandlerContext): Promise<Span[]> => {
  const { wav: path, model } = detectParamsSchema.parse(params);
  const sileroVad = {
    model,
    // Silero's own defaults but for the durations: a "yes" of 0.1 s counts, and a pause within a sentence does not cut.
    threshold: 0.5,
    minSpeechDuration: 0.1,
    minSilenceDuration: 0.25,
    // Past this it cuts more eagerly; the pieces are joined again afterwards.
    maxSpeechDuration: 60,
    windowSize,
  };
  const vad = new sherpa.Vad({ sileroVad, sampleRate, numThreads: 1, debug: false }, 120);
  const spans: Span[] = [];
  const collect = () => {
    for (; !vad.isEmpty(); vad.pop()) {
      const { start, samples } = vad.front(false);
      spans.push({ start: start / sampleRate, end: (start + samples.length) / sampleRate });
    }
  };

  const wav = await openWav(path);
  try {
    for await (const { start, samples } of piecesOf(wav, pieceSize)) {
      for (let at = 0; at < samples.length; at += windowSize) vad.acceptWaveform(samples.subarray(at, at + windowSize));
      collect();
      context.throwIfCancelled();
      context.progress(Math.min(1, (start + samples.length) / wav.length));
    }
  } finally {
    await wav.close();
  }
  vad.flush();
  collect();
  return spans;
};
