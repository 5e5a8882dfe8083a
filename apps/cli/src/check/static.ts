import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** A check that reads the sources and runs nothing of them. */
export interface StaticCheck {
  name: string;
  /** In words, for the list of what is checked. */
  what: string;
  /** npm package and its program, with the arguments of each run that must end well. */
  runs: readonly { program: string; args: readonly string[] }[];
}

export const staticChecks: readonly StaticCheck[] = [
  {
    name: 'types',
    what: 'TypeScript, and the JavaScript of setup/ and docker/',
    runs: [
      { program: 'typescript/bin/tsc', args: ['-b', '--pretty', 'false'] },
      { program: 'typescript/bin/tsc', args: ['-p', 'setup', '--pretty', 'false'] },
    ],
  },
  {
    name: 'lint',
    what: 'format and lint',
    runs: [{ program: '@biomejs/biome/bin/biome', args: ['ci', '--colors=off', '--error-on-warnings', '.'] }],
  },
  {
    name: 'imports',
    what: 'import rules',
    runs: [
      {
        program: 'dependency-cruiser/bin/dependency-cruise.mjs',
        args: ['--config', '.dependency-cruiser.cjs', 'apps', 'libs'],
      },
    ],
  },
  {
    name: 'dead code',
    what: 'unused files, exports and dependencies',
    runs: [{ program: 'knip/bin/knip.js', args: ['--no-progress'] }],
  },
];

/** Runs a check; the tool's own words where it fails. */
export const runCheck = async (
  check: StaticCheck,
  { root, env, signal }: { root: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<{ passed: boolean; output: string }> => {
  let output = '';
  for (const { program, args } of check.runs) {
    const run = await runTool([join(root, 'node_modules', program), ...args], { root, env, signal });
    output += run.output;
    if (run.code !== 0) return { passed: false, output };
  }
  return { passed: true, output };
};

const runTool = (
  args: readonly string[],
  { root, env, signal }: { root: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
