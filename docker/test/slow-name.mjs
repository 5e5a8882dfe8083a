// node --import …/slow-name.mjs, with SLOW_NAME and SLOW_NAME_FIFO set: resolving that name takes one of the thread pool's threads
// and does not come back, as getaddrinfo does while a name server is silent. Opening a pipe that no one writes to is such a call
// too, and one that needs neither privileges nor a network.
import dns from 'node:dns';
import { open } from 'node:fs';

const { SLOW_NAME: name, SLOW_NAME_FIFO: fifo = '' } = process.env;
const { lookup } = dns;
dns.lookup = /** @type {typeof lookup} */ (
  /** @type {any} */ (
    /** @param {string} hostname @param {unknown[]} rest */
    (hostname, ...rest) => {
      const done = /** @type {(error: Error) => void} */ (rest.at(-1));
      if (hostname !== name) return /** @type {any} */ (lookup)(hostname, ...rest);
      open(fifo, 'r', () => done(Object.assign(new Error(`getaddrinfo EAI_AGAIN ${hostname}`), { code: 'EAI_AGAIN' })));
      return {};
    }
  )
);
