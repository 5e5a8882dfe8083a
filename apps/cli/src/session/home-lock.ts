import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** An abstract Unix socket (Linux): the kernel frees the name the moment its owner dies, however it dies. */
const addressOf = (home: string): string =>
  `\0whisper-bot-up-${createHash('sha256').update(home).digest('hex').slice(0, 24)}`;

/** Marks this process as the one `up` of a home; null where another holds it. */
export const holdHome = async (home: string): Promise<{ release(): void } | null> => {
  const server = createServer((visitor) => visitor.on('error', () => {}).end());
  server.listen(addressOf(home));
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return null;
    throw error;
  }
  return { release: () => void server.close() };
};

/** Whether an `up` of this home runs on this machine. */
export const isHomeHeld = (home: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(addressOf(home), () => {
      resolve(true);
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
  });
