import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskError } from '@whisper-bot/task';
import { z } from 'zod';

/** What setup/whisper compiles. */
export type NativeProgram = 'whisper-child' | 'detect-child' | 'diarize-child';

/** What setup/whisper writes once a build is in place. */
const recordSchema = z.object({
  v: z.literal(3),
  /** Of whisper.cpp, which the build carries. */
  release: z.string(),
  /** Where the programs lie. */
  folder: z.string(),
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
 * Path of a program that setup/whisper compiled. Throws TaskError `engine-missing` where there is none, or where it
 * was compiled for a processor that can do more than this one (it would die of an illegal instruction).
 */
export const findEngineBinary = async (cacheDir: string, name: NativeProgram): Promise<string> => {
  const path = join(cacheDir, 'whisper.cpp', 'current.json');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) throw missing(`it has not been compiled (${path})`);
  const record = recordSchema.safeParse(JSON.parse(text));
  if (!record.success) throw missing(`${path} is not understood`);
  const here = await cpuFlags();
  const lacking = here === null ? [] : record.data.cpuFlags.filter((flag) => !here.has(flag));
  if (lacking.length > 0) throw missing(`it was compiled for another processor (${lacking.join(' ')})`);
  return join(record.data.folder, name);
};
