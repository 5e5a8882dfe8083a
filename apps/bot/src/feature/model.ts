import { readdir } from 'node:fs/promises';
import { readShippedModels } from '@whisper-bot/task';

/**
 * Names of the Whisper models in these directories (`ggml-base.bin` is `base`) and on their lists of shipped ones, sorted;
 * missing directories hold none.
 */
export const installedModels = async (directories: readonly string[]): Promise<string[]> => {
  const found = await Promise.all(
    directories.map(async (directory) => [
      ...(await readdir(directory).catch(() => [])),
      ...Object.keys(await readShippedModels(directory)),
    ]),
  );
  const names = found.flat().flatMap((file) => /^ggml-(?!silero)([\w.-]+)\.bin$/.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
};
