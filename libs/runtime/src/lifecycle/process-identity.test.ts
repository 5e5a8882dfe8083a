import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { hasEnded, ownIdentity, type ProcessIdentity } from './process-identity.js';

const program = fileURLToPath(new URL('../../dist/lifecycle/process-identity.js', import.meta.url));

test('a killed process is known to have ended, a living one and one elsewhere are not', async () => {
  const script = `const { ownIdentity } = await import(process.argv[1]);
console.log(JSON.stringify(ownIdentity())); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const identity = JSON.parse(String((await once(child.stdout, 'data'))[0])) as ProcessIdentity;
  expect(await hasEnded(identity)).toBe(false);
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  expect(await hasEnded(identity)).toBe(true);
  // The same number in another container, on another machine or before a restart says nothing.
  expect(await hasEnded({ ...identity, host: `${identity.host}1` })).toBe(false);
  expect(await hasEnded({ ...identity, birth: '' })).toBe(false);
});

test('a number that another process has by now is not the one that had it', async () => {
  const own = ownIdentity();
  expect(await hasEnded(own)).toBe(false);
  expect(await hasEnded({ ...own, birth: String(Number(own.birth) - 1) })).toBe(true);
});
