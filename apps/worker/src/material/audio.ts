import { rm } from 'node:fs/promises';
import { decodedAudio as name, TaskError } from '@whisper-bot/task';
import { z } from 'zod';
import { allowances, limited } from '../limit.js';
import type { Material } from './material.js';

const breakName = 'break.json';
const breakSchema = z.object({ v: z.literal(1), /** Seconds. */ at: z.number() });

/** Whether the recording was found to end before its time. */
export const isBrokenOff = async ({ folder }: Pick<Material, 'folder'>): Promise<boolean> =>
  (await folder.read(breakName, breakSchema)) !== null;

/** Bytes of the header and of a second: 16 kHz, mono, 16 bit. */
const wav = { header: 44, second: 32_000 };

/** Longest recording, seconds, and whatever else an operator may bound. */
export interface AudioLimit {
  /** Asked for each recording: it may change while everything runs. */
  maximumSeconds: () => number;
}

/**
 * The decoded recording, 16 kHz mono; decoded where it is not there yet. Throws TaskError `file-expired` where the
 * source is gone as well, `too-long`, and what the decoder throws.
 */
export const ensureAudio = async (
  material: Material,
  limit?: AudioLimit,
): Promise<{ wav: string; duration: number }> => {
  const { folder } = material;
  const bytes = await folder.size(name);
  if (bytes !== null && bytes >= wav.header) {
    return { wav: folder.file(name), duration: (bytes - wav.header) / wav.second };
  }
  return { wav: folder.file(name), duration: await decode(material, limit) };
};

const decode = async (material: Material, limit?: AudioLimit): Promise<number> => {
  const { engines, folder, task, signal, onProgress } = material;
  const source = await folder.source(task.source).catch((error: unknown) => {
    // It was there when the task was accepted: its time has come.
    if (error instanceof TaskError && error.code === 'no-such-file') {
      throw new TaskError('file-expired', 'The recording is no longer here.', { cause: error });
    }
    throw error;
  });
  const info = await limited(signal, allowances.probe, 0, (within) =>
    engines.decoder.probe(source, { signal: within }),
  );
  refuseTooLong(info.duration, limit);
  const started = performance.now();
  const temporary = folder.temporary(name);
  try {
    // A length the container does not tell may be anything: it is bounded by ten hours.
    const { duration, breaksOff = false } = await limited(
      signal,
      allowances.decode,
      info.duration ?? 36_000,
      (within) => engines.decoder.decode(source, temporary, { signal: within, onProgress }),
    );
    refuseTooLong(duration, limit);
    signal.throwIfAborted();
    // Before the audio, which is not decoded again once it is there.
    if (breaksOff) await folder.write(breakName, { v: 1, at: duration });
    await folder.adopt(temporary, name);
    const took = ((performance.now() - started) / 1000).toFixed(1);
    material.log(`Decoded ${duration.toFixed(1)} s of ${info.codec} in ${info.format} within ${took} s.`);
    if (breaksOff) material.log(`The file breaks off at ${duration.toFixed(1)} s, before its time.`);
    return duration;
  } finally {
    await rm(temporary, { force: true });
  }
};

const refuseTooLong = (duration: number | null, limit?: AudioLimit): void => {
  const maximum = limit?.maximumSeconds() ?? Number.POSITIVE_INFINITY;
  if (duration === null || duration <= maximum) return;
  const hours = Math.round(maximum / 360) / 10;
  throw new TaskError('too-long', `The recording is longer than ${hours} hours.`, { params: { hours } });
};
