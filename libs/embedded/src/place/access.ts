import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { stablePort } from './stable-port.js';

/** How an embedded server on loopback is reached. */
export interface Access {
  port: number;
  password: string;
}

const accessSchema = z.object({ port: z.number().int(), password: z.string() });

/**
 * Port and password of the server whose folder this is (made where it is missing, for this user only). Both outlive a
 * restart where the port is still free, so that the URL stays valid.
 */
export const accessOf = async (folder: string): Promise<Access> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'access.json');
  const known = accessSchema.safeParse(parse(await readFile(path, 'utf8').catch(() => '')));
  const access = known.success
    ? { port: await stablePort(known.data.port), password: known.data.password }
    : { port: await stablePort(), password: randomBytes(24).toString('base64url') };
  await writeFile(path, JSON.stringify(access), { mode: 0o600 });
  return access;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
