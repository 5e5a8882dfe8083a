import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

const isFree = async (port: number): Promise<number | null> => {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return null;
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : null;
};

/** A free loopback port: the one the cluster had last where it still is, because others hold its address. */
export const choosePort = async (folder: string): Promise<number> => {
  const path = join(folder, 'port');
  const last = Number(await readFile(path, 'utf8').catch(() => '0'));
  const port = (last > 0 ? await isFree(last) : null) ?? (await isFree(0));
  if (port === null) throw new Error('There is no free port on 127.0.0.1.');
  await writeFile(path, `${port}\n`);
  return port;
};
