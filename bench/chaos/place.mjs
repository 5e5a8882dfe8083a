// What some kinds of fault need of this machine, and a sentence for each that it does not have.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A small file system of its own in memory for the recordings; null where it cannot be mounted. */
const mountSmall = async (root) => {
  const path = join(root, 'small');
  await mkdir(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=192m,mode=0755', 'whisper-bot-chaos', path], { stdio: 'ignore' });
    return path;
  } catch {
    return null;
  }
};

/** Debian's libfaketime for one thread and for many; null where it is not installed. */
const faketime = () =>
  ['x86_64-linux-gnu', 'aarch64-linux-gnu']
    .map((machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`)
    .find((path) => existsSync(path)) ?? null;

/**
 * @param {string} root
 * @param {readonly string[]} names kinds of fault that are wanted
 * @returns where the recordings go, what the parts' environment is, and which kinds cannot be had here
 */
export const preparePlace = async (root, names) => {
  const skipped = [];
  const small = names.includes('disk full') ? await mountSmall(root) : null;
  if (names.includes('disk full') && small === null)
    skipped.push(['disk full', 'no small file system can be mounted here (it takes root)']);
  const wantsClock = names.some((name) => name.startsWith('clock'));
  const library = wantsClock ? faketime() : null;
  if (wantsClock && library === null)
    for (const name of names.filter((one) => one.startsWith('clock')))
      skipped.push([name, 'libfaketime is not installed (apt-get install libfaketime)']);
  const clockFile = join(root, 'clock');
  const setClock = async (shift) => {
    await writeFile(`${clockFile}.new`, `${shift >= 0 ? '+' : ''}${shift}\n`);
    await rename(`${clockFile}.new`, clockFile);
  };
  if (library !== null) await setClock(0);
  return {
    skipped,
    small,
    setClock,
    tasksDir: join(small ?? root, 'tasks'),
    env: small === null ? { MIN_FREE_DISK: '0' } : { MIN_FREE_DISK: '40MB' },
    partEnv:
      library === null
        ? {}
        : {
            LD_PRELOAD: library,
            FAKETIME_TIMESTAMP_FILE: clockFile,
            FAKETIME_CACHE_DURATION: '1',
            FAKETIME_DONT_FAKE_MONOTONIC: '1',
          },
    close: () => {
      if (small !== null) execFileSync('umount', ['--lazy', small], { stdio: 'ignore' });
    },
  };
};
