// The peers' Python process: one question at a time, a line each way.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const here = import.meta.dirname;
const python = join(here, '.venv', 'bin', 'python');

/** Makes bench/.venv where it is not there. Throws where it cannot be made. */
const install = () => {
  if (!existsSync(python)) run('python3', ['-m', 'venv', join(here, '.venv')]);
  installFrom('requirements.txt');
};

const installFrom = (file) => run(python, ['-m', 'pip', 'install', '--quiet', '-r', join(here, 'peer', file)]);

/** Runs a program to its end. Throws with the last line it complained with. */
export const run = (command, args) => {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000, maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${command} failed: ${stderr?.trim().split('\n').at(-1)}`);
};

/**
 * Starts the process, or says why not and gives null: a bench without peers is still one. `more` names further requirement
 * files; what cannot be installed fails when it is called.
 */
export const openPeer = async (threads, more = []) => {
  try {
    install();
  } catch (error) {
    console.error(`No peers: ${error.message}`);
    return null;
  }
  for (const file of more) {
    try {
      installFrom(file);
    } catch (error) {
      console.error(`Not installed: ${file}: ${error.message}`);
    }
  }
  let living = null;
  return {
    /** The answer to a question. Throws where the process dies of it; the next question is for a new one. */
    async call(question) {
      living ??= start(threads);
      const { child, lines } = living;
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) {
        living = null;
        const [code, signal] =
          (child.exitCode ?? child.signalCode) ? [child.exitCode, child.signalCode] : await once(child, 'exit');
        const why = signal === 'SIGILL' ? 'this processor lacks what it was compiled for' : (signal ?? `code ${code}`);
        throw new Error(`the peers’ process has ended: ${why}`);
      }
      const answer = JSON.parse(value);
      if (answer.error) throw new Error(answer.error);
      return answer;
    },
    close: () => living?.child.stdin.end(),
  };
};

const start = (threads) => {
  const args = [join(here, 'peer', 'peer.py'), String(threads)];
  const child = spawn(python, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  // A question to one that has just died is answered by its end.
  child.stdin.on('error', () => {});
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
};
