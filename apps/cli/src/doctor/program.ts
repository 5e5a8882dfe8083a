import { execFile } from 'node:child_process';

/** The first line a program says about itself; null where it cannot be started. */
export const versionOf = (program: string, args: readonly string[], cwd?: string): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: 10_000, cwd }, (error, stdout, stderr) => {
      const line = `${stdout}${stderr}`.trim().split('\n')[0] ?? '';
      resolve(error === null && line !== '' ? line.slice(0, 120) : null);
    });
  });
