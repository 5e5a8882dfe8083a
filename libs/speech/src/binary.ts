import { join } from 'node:path';
import { TaskError } from '@whisper-bot/task';
import { lackingFlags, type NativeProgram, readBuilds } from './engine/build.js';

const missing = (cause: string) =>
  new TaskError('engine-missing', 'The speech engine is not installed.', {
    cause: `${cause}; run: ./whisper-bot doctor`,
  });

/**
 * Path of a program that setup/whisper compiled, the first of those that this processor can run. Throws TaskError `engine-missing` where there
 * is none, or where all were compiled for a processor that can do more than this one (it would die of an illegal instruction).
 */
export const findEngineBinary = async (cacheDir: string, name: NativeProgram): Promise<string> => {
  const builds = await readBuilds(cacheDir).catch((error: Error) => {
    throw missing(error.message);
  });
  const holding = builds.filter(({ programs }) => programs.includes(name));
  let reason = `${name} has not been compiled`;
  for (const build of holding) {
    const lacking = await lackingFlags(build);
    if (lacking.length === 0) return join(build.folder, name);
    reason = `it was compiled for another processor (${lacking.join(' ')})`;
  }
  throw missing(reason);
};
