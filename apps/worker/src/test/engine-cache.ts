import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveConfig } from '@whisper-bot/config';
import { createVerdictStore } from '@whisper-bot/speech';

/** The engines of this machine with verdicts of their own: one that a test kills is not remembered as unfit by later tests. */
export interface EngineCache {
  /** For WHISPER_BOT_CACHE. */
  readonly path: string;
  /** Names of engines that died at work: here, and in the cache it was copied from. */
  crashed(): Promise<{ here: string[]; shared: string[] }>;
}

export const copyEngineCache = async (path: string): Promise<EngineCache> => {
  const { cacheDir } = resolveConfig({ env: process.env });
  await mkdir(join(path, 'whisper.cpp'), { recursive: true });
  await copyFile(join(cacheDir, 'whisper.cpp/current.json'), join(path, 'whisper.cpp/current.json'));
  const verdicts = await createVerdictStore(cacheDir).read();
  await createVerdictStore(path).add(verdicts.filter(({ crashed }) => !crashed));
  const crashedIn = async (folder: string): Promise<string[]> =>
    (await createVerdictStore(folder).read()).filter(({ crashed }) => crashed).map(({ engine }) => engine);
  return { path, crashed: async () => ({ here: await crashedIn(path), shared: await crashedIn(cacheDir) }) };
};
