import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { type EngineRole, engineNames } from '../engine-name.js';
import { type Build, identityOf, lackingFlags, type NativeProgram, readBuilds } from './build.js';

/** An engine in one build of it. */
export interface Candidate {
  role: EngineRole;
  engine: string;
  /** As setup/whisper calls its target; `prebuilt` where it came compiled. */
  build: string;
  /** Path of the program; null where the engine runs in a child of Node.js. */
  program: string | null;
  /** Changes whenever what runs changes. */
  identity: string;
}

/** An engine that cannot even be tried here, and why. */
export interface Absent {
  role: EngineRole;
  engine: string;
  reason: string;
}

const programOf = (role: EngineRole, engine: string): NativeProgram => {
  if (role === 'detector') return 'detect-child';
  if (role === 'diarizer') return 'diarize-child';
  return engine === 'whisper-node' ? 'whisper-node-child' : 'whisper-child';
};

const holds = ({ programs, whisperEngines }: Build, role: EngineRole, engine: string): boolean =>
  programs.includes(programOf(role, engine)) && (role !== 'transcriber' || whisperEngines.includes(engine));

/** What there is on this machine, for all roles; in each the order of `engineNames`, and the best build of an engine first. */
export const listCandidates = async (cacheDir: string): Promise<{ candidates: Candidate[]; absent: Absent[] }> => {
  const candidates: Candidate[] = [];
  const absent: Absent[] = [];
  const builds = await readBuilds(cacheDir).catch((error: Error) => error.message);
  for (const role of ['detector', 'transcriber', 'diarizer'] as const) {
    for (const engine of engineNames[role]) {
      const found = engine === 'sherpa-onnx' ? prebuilt(role, engine) : await compiled(builds, role, engine);
      if (typeof found === 'string') absent.push({ role, engine, reason: found });
      else candidates.push(...found);
    }
  }
  return { candidates, absent };
};

const compiled = async (builds: Build[] | string, role: EngineRole, engine: string): Promise<Candidate[] | string> => {
  if (typeof builds === 'string') return builds;
  const found: Candidate[] = [];
  let reason = 'it has not been compiled';
  for (const build of builds.filter((one) => holds(one, role, engine))) {
    const program = join(build.folder, programOf(role, engine));
    const lacking = await lackingFlags(build);
    const identity = await identityOf(program);
    if (lacking.length > 0) reason = `it was compiled for another processor (this one lacks ${lacking.join(' ')})`;
    else if (identity === null) reason = `${program} is gone`;
    else found.push({ role, engine, build: build.target, program, identity });
  }
  return found.length > 0 ? found : reason;
};

const prebuilt = (role: EngineRole, engine: string): Candidate[] | string => {
  const { resolve } = createRequire(import.meta.url);
  try {
    // What it loads first: the package for this system.
    const binary = resolve(`sherpa-onnx-${platform()}-${arch()}/package.json`);
    resolve('sherpa-onnx-node');
    return [{ role, engine, build: 'prebuilt', program: null, identity: binary }];
  } catch {
    return `the npm package sherpa-onnx-${platform()}-${arch()} is not installed`;
  }
};
