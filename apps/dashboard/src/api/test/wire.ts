import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What stands between the product and a server it needs: a network that fails as a test says. */
export interface Wire {
  port: number;
  /** Nothing passes any more, and nobody is told. */
  silence(): void;
  /** All connections break, and no other is made. */
  cut(): Promise<void>;
  /** As it was. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

export const openWire = async (target: number): Promise<Wire> => {
  const sockets = new Set<Socket>();
  let isSilent = false;
  let isCut = false;
  const server = createServer((near) => {
    // It may have been on its way already.
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('data', (chunk) => {
        if (!isSilent) to.write(chunk);
      });
    }
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = async (): Promise<void> => {
    isCut = true;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port,
    silence: () => {
      isSilent = true;
    },
    cut,
    mend: async () => {
      isSilent = false;
      isCut = false;
      // What was swallowed cannot be made good: new connections begin anew.
      for (const socket of sockets) socket.destroy();
      if (!server.listening) await listen(port);
    },
    close: async () => {
      if (server.listening) await cut();
    },
  };
};
