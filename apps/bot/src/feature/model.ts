import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readShippedModels } from '@whisper-bot/task';

/**
 * Names of the models in these directories, sorted: `ggml-base.bin`, there or on the list of shipped ones, is `base`, a folder with a
 * `model.json` is what the folder is called. Missing directories hold none.
 */
export const installedModels = async (directories: readonly string[]): Promise<string[]> => {
  const found = await Promise.all(
    directories.map(async (directory) => [
      ...(await readdir(directory).catch(() => [])).flatMap((file) => nameIn(directory, file)),
      ...Object.keys(await readShippedModels(directory)).flatMap(nameOf),
    ]),
  );
  const names = found.flat();
  return [...new Set(names)].sort();
};

const nameOf = (file: string): string[] => /^ggml-(?!silero)([\w.-]+)\.bin$/.exec(file)?.slice(1, 2) ?? [];

const nameIn = (directory: string, file: string): string[] =>
  !file.startsWith('.') && existsSync(join(directory, file, 'model.json')) ? [file] : nameOf(file);
