import { mkdir, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import type { Config } from '@whisper-bot/config';
import { ensureHome } from '../home/home.js';
import { type Finding, ok, warning, wrong } from './finding.js';
import { versionOf } from './program.js';

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** Processor, memory, disk space, and what this process runs on. */
export const examineMachine = async (config: Config): Promise<Finding[]> => [
  ok('Node.js', process.version),
  ok('processor', `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} usable`),
  freemem() + totalmem() / 4 > 1.5e9
    ? ok('memory', `${gigabytes(totalmem())}, ${gigabytes(freemem())} free`)
    : warning(
        'memory',
        `${gigabytes(totalmem())}, ${gigabytes(freemem())} free`,
        'the base model needs about 0.7 GB a worker',
      ),
  await examineHome(config),
  (await versionOf('setpriv', ['--version'])) === null
    ? warning('setpriv', 'not found', 'install util-linux: without it a killed process may leave children behind')
    : ok('setpriv', 'found'),
];

const examineHome = async ({ home, tasksDir, minFreeDisk }: Config): Promise<Finding> => {
  try {
    await ensureHome(home);
    await mkdir(tasksDir, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = await statfs(tasksDir);
    const free = bavail * bsize;
    const found = `${home}, ${gigabytes(free)} free for tasks in ${tasksDir}`;
    return free > minFreeDisk
      ? ok('state', found)
      : wrong('state', found, 'free some space, or set MIN_FREE_DISK lower');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return wrong('state', why, 'set WHISPER_BOT_HOME (and TASKS_DIR) to folders this user may write');
  }
};
