import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { stablePort } from './stable-port.js';

test('a port is one that no outgoing connection is given, and the one wished for where it is free', async () => {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768 60999');
  const chosen = await stablePort();
  expect(chosen).toBeLessThan(Number(range.split(/\s+/)[0]));
  expect(await stablePort(chosen)).toBe(chosen);
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  expect(await stablePort(port)).not.toBe(port);
  holder.close();
});
