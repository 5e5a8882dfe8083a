import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stablePort } from '../place/stable-port.js';

/** A free loopback port: the one the cluster had last where it still is, because others hold its address. */
export const choosePort = async (folder: string): Promise<number> => {
  const path = join(folder, 'port');
  const port = await stablePort(Number(await readFile(path, 'utf8').catch(() => '0')) || 0);
  await writeFile(path, `${port}\n`);
  return port;
};
