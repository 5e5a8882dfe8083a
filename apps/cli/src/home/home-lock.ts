import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ensureHome } from './home.js';

/**
 * An abstract Unix socket (Linux): the kernel frees the name the moment its owner dies, however it dies. Anyone on the machine may
 * take any such name, so a name alone proves nothing: who holds the home answers with its key, which only its owner can read.
 */
const identitySchema = z.object({ name: z.string().regex(/^[\da-f]{32}$/), key: z.string().min(32) });
type Identity = z.infer<typeof identitySchema>;

const pathOf = (home: string): string => join(home, 'run', 'lock.json');
const addressOf = ({ name }: Identity): string => `\0whisper-bot-up-${name}`;
const proofOf = ({ key }: Identity, nonce: string): string => createHmac('sha256', key).update(nonce).digest('hex');
/** Milliseconds the holder of a home has to answer. */
const usualPatience = 5000;

export interface HomeLockOptions {
  /** Milliseconds the holder of the home has to answer; default 5000. */
  patience?: number;
}

/** A file that holds none stands for a name no one has. */
const none: Identity = { name: '0'.repeat(32), key: '' };

const readIdentity = async (home: string): Promise<Identity | null> => {
  const text = await readFile(pathOf(home), 'utf8').catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return identitySchema.safeParse(JSON.parse(text)).data ?? none;
  } catch {
    return none;
  }
};

/**
 * Writes down a new name that no one else knows: in place of `instead`, or where there is none yet. Of several that do so at once
 * one succeeds; the others then read its.
 */
const writeIdentity = async (home: string, instead: Identity | null): Promise<void> => {
  const identity = { name: randomBytes(16).toString('hex'), key: randomBytes(32).toString('hex') };
  const path = pathOf(home);
  const half = `${path}.${identity.name}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(half, JSON.stringify(identity), { mode: 0o600 });
  try {
    if (instead === null) await link(half, path);
    else if ((await readIdentity(home))?.name === instead.name) await rename(half, path);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  } finally {
    await rm(half, { force: true });
  }
};

const listen = async (identity: Identity, patience: number): Promise<Server | null> => {
  const server = createServer((visitor) => {
    visitor.on('error', () => {}).setTimeout(patience, () => visitor.destroy());
    visitor.once('data', (nonce) => visitor.end(proofOf(identity, String(nonce).slice(0, 64))));
  });
  server.listen(addressOf(identity));
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
  }
};

/** Whether the process that listens under the name also knows the key. */
const answers = (identity: Identity, patience: number): Promise<boolean> =>
  new Promise((resolve) => {
    const nonce = randomBytes(16).toString('hex');
    const wanted = Buffer.from(proofOf(identity, nonce));
    let heard = '';
    const socket = connect(addressOf(identity), () => socket.write(nonce));
    const end = (): void => {
      const given = Buffer.from(heard);
      resolve(given.length === wanted.length && timingSafeEqual(given, wanted));
      socket.destroy();
    };
    socket.setTimeout(patience, end);
    socket.on('data', (piece) => {
      heard += String(piece);
      if (heard.length >= wanted.length) end();
    });
    socket.on('error', end).on('close', end);
  });

/** Marks this process as the one `up` of a home; null where another holds it. */
export const holdHome = async (
  home: string,
  { patience = usualPatience }: HomeLockOptions = {},
): Promise<{ release(): void } | null> => {
  await ensureHome(home);
  for (;;) {
    const identity = await readIdentity(home);
    if (identity === null) {
      await writeIdentity(home, null);
      continue;
    }
    const server = identity === none ? null : await listen(identity, patience);
    if (server === null) {
      if (identity !== none && (await answers(identity, patience))) return null;
      // Someone else's program sits on the name: another one, which it cannot know.
      await writeIdentity(home, identity);
      continue;
    }
    // Someone may have written another meanwhile: that one counts.
    if ((await readIdentity(home))?.name === identity.name) return { release: () => void server.close() };
    server.close();
  }
};

/** Whether an `up` of this home runs on this machine. */
export const isHomeHeld = async (
  home: string,
  { patience = usualPatience }: HomeLockOptions = {},
): Promise<boolean> => {
  // A home that cannot be read is not ours to ask about.
  const identity = await readIdentity(home).catch(() => null);
  return identity !== null && identity !== none && answers(identity, patience);
};
