import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { stablePort } from './stable-port.js';

const portsSchema = z.record(z.string(), z.number().int().min(1).max(65_535));

/**
 * Ports of this home's servers by name, chosen once and kept over restarts of the server and of the home, so that a page that is
 * open, a bookmark and a monitor find it again. One call after another.
 */
export const createPortStore = (home: string) => {
  const folder = join(home, 'run');
  const path = join(folder, 'ports.json');
  const read = async (): Promise<Record<string, number>> => {
    try {
      return portsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch {
      return {};
    }
  };
  return {
    of: async (name: string, host: string): Promise<number> => {
      const known = await read();
      const port = await stablePort(known[name], host);
      if (known[name] !== port) {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(`${path}.new`, `${JSON.stringify({ ...known, [name]: port })}\n`, { mode: 0o600 });
        await rename(`${path}.new`, path);
      }
      return port;
    },
  };
};
