import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readStages, settingsOf } from './dockerfile.mjs';

/** Only root can start a process as the image's user; others start it as themselves. */
const mayBecome = process.getuid?.() === 0;

/**
 * @typedef {object} Container
 * @property {() => string} output of its process so far
 * @property {() => Promise<{ code: number, said: string }>} health runs the image's HEALTHCHECK
 * @property {() => Promise<number | string>} stop SIGTERM; its exit code, or the signal that ended it
 */

/**
 * Starts an image's ENTRYPOINT with its ENV and USER in the folder that stands for its root. `/data` is the given volume.
 * @param {object} options
 * @param {string} options.dockerfile
 * @param {string} options.root
 * @param {string} options.volume
 * @param {Record<string, string>} options.env
 * @returns {Container}
 */
export const startContainer = ({ dockerfile, root, volume, env }) => {
  const image = settingsOf(/** @type {import('./dockerfile.mjs').Stage} */ (readStages(dockerfile).at(-1)));
  const [uid = 0, gid = 0] = image.user.split(':').map(Number);
  const inVolume = (/** @type {string} */ value) => (value.startsWith('/data/') ? join(volume, value.slice(6)) : value);
  const settings = Object.fromEntries(Object.entries(image.env).map(([name, value]) => [name, inVolume(value)]));
  for (const folder of [volume, ...Object.values(settings).filter((value) => value.startsWith(volume))]) {
    mkdirSync(folder, { recursive: true });
    if (mayBecome) chownSync(folder, uid, gid);
  }
  const start = (/** @type {string[]} */ [program = '', ...args]) =>
    spawn(program === 'node' ? process.execPath : program, args, {
      cwd: join(root, image.workdir),
      env: { PATH: process.env.PATH, HOME: settings.WHISPER_BOT_HOME, ...settings, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(mayBecome ? { uid, gid } : {}),
    });
  const listen = (/** @type {import('node:child_process').ChildProcess} */ child) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        text += chunk;
      });
    }
    return () => text;
  };
  const main = start(image.entrypoint);
  const ended = once(main, 'exit');
  const output = listen(main);
  return {
    output,
    health: async () => {
      const check = start(image.healthcheck);
      const said = listen(check);
      const [code] = await once(check, 'close');
      return { code, said: said().trim() };
    },
    stop: async () => {
      main.kill('SIGTERM');
      const [code, signal] = await ended;
      return code ?? signal;
    },
  };
};
