import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A free loopback port: the preferred one where nobody listens on it, otherwise any. */
export const freePort = async (preferred: number): Promise<number> => {
  const server = createServer();
  try {
    server.listen(preferred, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (preferred === 0) throw error;
    return freePort(0);
  } finally {
    server.close();
  }
};
