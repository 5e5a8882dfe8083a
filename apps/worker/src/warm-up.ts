import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@whisper-bot/runtime';
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
 * is wrong with an engine, a task will tell.
 */
export const warmUp = async (engines: Engines, { model, signal, logger }: WarmUpOptions): Promise<void> => {
  let folder: string | null = null;
  try {
    folder = await mkdtemp(join(tmpdir(), 'whisper-bot-warm-up-'));
    const wav = join(folder, 'silence.wav');
    await writeFile(wav, silence());
    const started = performance.now();
    const speech = [{ start: 0, end: seconds }];
    // One after another: a task that comes meanwhile finds a core.
    await engines.detector.detect(wav, { signal });
    await engines.transcriber.detectLanguage({ wav, speech, model }, { signal });
    await engines.diarizer.diarize({ wav, speech, speakers: { kind: 'auto' } }, { signal });
    logger.info({ seconds: Math.round(performance.now() - started) / 1000 }, 'the engines are warm');
  } catch (error) {
    logger.info({ err: error }, 'the engines were not warmed up');
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
};

/** A 16 kHz mono 16-bit WAV. */
const silence = (): Buffer => {
  const rate = 16_000;
  const bytes = 2 * rate * seconds;
  const wav = Buffer.alloc(44 + bytes);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(36 + bytes, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(bytes, 40);
  return wav;
};
