import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** What a proxy does with those who connect. */
export type ProxyMode =
  /** Passes both ways. */
  | 'pass'
  /** Breaks every connection, the open ones too, as a server that is gone. */
  | 'refuse'
  /** Takes connections and bytes and says nothing, as a server that hangs or a cable that was pulled. */
  | 'silent';

/** A TCP proxy on loopback that can fail the way networks and servers do. */
export interface TcpProxy {
  readonly port: number;
  /** The same URL through the proxy. */
  url(direct: string): string;
  /** Changes what happens from now on; connections that went silent are broken once it passes again. */
  set(mode: ProxyMode): void;
  /** Where new connections lead from now on; the open ones stay where they are. */
  lead(port: number): void;
  /** Connections that were attempted so far, refused ones included. */
  readonly attempts: number;
  /** Connections open now. */
  readonly open: number;
  close(): Promise<void>;
}

/** Starts a proxy to a port on 127.0.0.1. */
export const startTcpProxy = async (target: number): Promise<TcpProxy> => {
  let mode: ProxyMode = 'pass';
  let leadsTo = target;
  let attempts = 0;
  const clients = new Set<{ break(): void; hush(): void; hushed: boolean }>();

  const take = (client: Socket): void => {
    attempts += 1;
    client.on('error', () => undefined);
    if (mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const server = mode === 'pass' ? connect(leadsTo, '127.0.0.1') : null;
    const pair = {
      hushed: server === null,
      break: (): void => {
        client.destroy();
        server?.destroy();
      },
      hush: (): void => {
        pair.hushed = true;
        client.unpipe();
        server?.unpipe();
        client.resume();
        server?.resume();
      },
    };
    clients.add(pair);
    client.once('close', () => {
      clients.delete(pair);
      server?.destroy();
    });
    if (server === null) {
      client.resume();
      return;
    }
    server.on('error', () => undefined).once('close', () => client.destroy());
    client.pipe(server).pipe(client);
  };

  const listener = createServer(take).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    port,
    url: (direct) => {
      const through = new URL(direct);
      through.hostname = '127.0.0.1';
      through.port = String(port);
      return through.href;
    },
    set: (wanted) => {
      mode = wanted;
      for (const pair of clients) {
        if (mode === 'refuse' || (mode === 'pass' && pair.hushed)) pair.break();
        else if (mode === 'silent') pair.hush();
      }
    },
    lead: (to) => {
      leadsTo = to;
    },
    get attempts() {
      return attempts;
    },
    get open() {
      return clients.size;
    },
    close: async () => {
      listener.close();
      for (const pair of clients) pair.break();
      await once(listener, 'close');
    },
  };
};
