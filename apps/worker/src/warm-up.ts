import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@whisper-bot/runtime';
import { sampleRate, wavOf } from '@whisper-bot/speech';
import type { Engines } from './engines.js';

export interface WarmUpOptions {
  /** Of those who choose none. */
  model: string;
  /** Aborts the warm-up. */
  signal: AbortSignal;
  logger: Pick<Logger, 'info'>;
}

/** Seconds of silence the engines are started with: the shortest they all look at. */
const seconds = 2;

/**
 * Starts the engines' processes and loads their models, so that the first recording need not wait for that. Never rejects: what
 * is wrong with an engine, the first task reports it.
 */
export const warmUp = async (engines: Engines, { model, signal, logger }: WarmUpOptions): Promise<void> => {
  let folder: string | null = null;
  try {
    folder = await mkdtemp(join(tmpdir(), 'whisper-bot-warm-up-'));
    const wav = join(folder, 'silence.wav');
    await writeFile(wav, wavOf(new Float32Array(seconds * sampleRate)));
    const started = performance.now();
    const speech = [{ start: 0, end: seconds }];
    // One after another: a task that comes meanwhile finds a core.
    await engines.detector.detect(wav, { signal });
    await engines.transcriber.detectLanguage({ wav, speech, model }, { signal });
    await engines.diarizer.diarize({ wav, speech, speakers: { kind: 'auto' } }, { signal });
    logger.info({ seconds: Math.round(performance.now() - started) / 1000 }, 'engines warm');
  } catch (error) {
    logger.info({ err: error }, 'engine warm-up failed');
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
};
