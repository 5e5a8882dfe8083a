import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Build, readBuilds } from './build.js';

// Compiled by `./whisper-bot test`, or `node setup/whisper/main.mjs native kernels`: native/test/kernels.cpp once for each set of instructions.
const cacheDir = fileURLToPath(new URL('../../../../.cache', import.meta.url));
const here = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(/\s+/) ?? [];

/** What a processor needs for each set; those of another family are not built. */
const sets: Record<string, string[]> =
  process.arch === 'arm64'
    ? { neon: [], dotprod: ['asimddp'], native: [] }
    : { sse2: [], avx2: ['avx2', 'fma'], avx512: ['avx512bw', 'avx512vl'], avx512vnni: ['avx512_vnni'], native: [] };
const runnable = Object.keys(sets).filter((name) => sets[name]?.every((flag) => here.includes(flag)));
const unfit = Object.keys(sets).filter((name) => !runnable.includes(name));

let build: Build | undefined;
beforeAll(async () => {
  build = (await readBuilds(cacheDir)).find(({ suite }) => suite === 'kernels');
});
const run = async (name: string): Promise<{ sums: string; failures: string; instructions: string }> =>
  JSON.parse((await promisify(execFile)(join(build?.folder ?? 'not compiled', `kernels-${name}`), [])).stdout);

describe('whole numbers, attention, spectra and bfloat16', () => {
  test.each(runnable)('compiled for %s, are what plain sums are', async (name) => {
    expect((await run(name)).failures).toBe('');
  });

  test('are the same to the last bit under every set of instructions that this processor has', async () => {
    const all = await Promise.all(runnable.map(run));
    expect(new Set(all.map(({ sums }) => sums)).size).toBe(1);
    expect(new Set(all.map(({ instructions }) => instructions)).size).toBeGreaterThan(1);
  });

  test.runIf(unfit.length > 0).each(unfit)(
    'compiled for %s, refuse with a sentence on this processor',
    async (name) => {
      await expect(run(name)).rejects.toMatchObject({ code: 3, stderr: expect.stringMatching(/another processor/) });
    },
  );
});
