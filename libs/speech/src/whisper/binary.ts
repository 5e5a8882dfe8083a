import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskError } from '@whisper-bot/task';
import { z } from 'zod';

/** The whisper.cpp releases there are sources for. */
export const whisperVersions = ['1.9.1', '1.5.4'] as const;
export type WhisperVersion = (typeof whisperVersions)[number];

/** What setup/whisper writes once a build is in place. */
const recordSchema = z.object({
  v: z.literal(1),
  version: z.enum(whisperVersions),
  binary: z.string(),
  cpuFlags: z.array(z.string()),
});

const missing = (cause: string) =>
  new TaskError('engine-missing', 'The speech engine is not installed.', {
    cause: `${cause}; run: ./whisper-bot doctor`,
  });

/** What this processor can do; null where the system does not say. */
const cpuFlags = async (): Promise<Set<string> | null> => {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1];
  return line === undefined ? null : new Set(line.trim().split(/\s+/));
};

/**
 * The whisper-child that setup/whisper compiled. Throws TaskError `engine-missing` where there is none, or where it
 * was compiled for a processor that can do more than this one (it would die of an illegal instruction).
 */
export const findWhisperBinary = async (cacheDir: string, version: WhisperVersion): Promise<string> => {
  const path = join(cacheDir, 'whisper.cpp', `current-${version}.json`);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) throw missing(`whisper.cpp ${version} has not been compiled (${path})`);
  const record = recordSchema.safeParse(JSON.parse(text));
  if (!record.success) throw missing(`${path} is not understood`);
  const here = await cpuFlags();
  const lacking = here === null ? [] : record.data.cpuFlags.filter((flag) => !here.has(flag));
  if (lacking.length > 0)
    throw missing(`whisper.cpp ${version} was compiled for another processor (${lacking.join(' ')})`);
  return record.data.binary;
};
