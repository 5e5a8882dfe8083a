import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';

/**
 * Where the kernel finds ports for outgoing connections. One of those may be taken while its server is down, even by a client
 * that tries to reach it: a connection from a port to itself succeeds, and the server cannot come back (TCP simultaneous open).
 */
const ephemeral = async (): Promise<number> => {
  const [first] = (await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '')).split(/\s+/);
  return Number(first) > 0 ? Number(first) : 32_768;
};

/** Below it others' well-known services live. */
const lowest = 15_000;
/** Random ports tried before any free one will do. */
const tries = 40;

const tryPort = async (port: number, host: string): Promise<number | null> => {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch {
    return null;
  }
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
};

/**
 * A free TCP port for a server that comes back to it: the preferred one where no one listens on it, otherwise one that no
 * outgoing connection is ever given. Throws where there is none. (`get-port` would not do: for 15 s it gives out no port twice, and a server
 * that is started again in the same process would lose its address.)
 */
export const stablePort = async (preferred = 0, host = '127.0.0.1'): Promise<number> => {
  const kept = preferred > 0 ? await tryPort(preferred, host) : null;
  if (kept !== null) return kept;
  const end = await ephemeral();
  for (let attempt = 0; attempt < tries && end > lowest; attempt += 1) {
    const port = await tryPort(lowest + Math.floor(Math.random() * (end - lowest)), host);
    if (port !== null) return port;
  }
  const any = await tryPort(0, host);
  if (any === null) throw new Error(`There is no free port on ${host}.`);
  return any;
};
