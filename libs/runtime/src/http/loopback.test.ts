import { expect, test } from 'vitest';
import { isLoopback } from './loopback.js';

test('this machine is known by its address, in both versions of IP', () => {
  for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])
    expect(isLoopback(address), address).toBe(true);
  for (const address of [
    '',
    undefined,
    '192.0.2.1',
    '::ffff:192.0.2.1',
    '::',
    'fd00::1',
    '1127.0.0.1',
    '127.0.0.1.example',
  ])
    expect(isLoopback(address), String(address)).toBe(false);
});
