import { join } from 'node:path';
import type { Config } from '@whisper-bot/config';
import { createLogger } from '@whisper-bot/runtime';
import {
  type Absent,
  chosenEngines,
  createModelStore,
  createVerdictStore,
  type EngineChoice,
  type EngineRole,
  type Examined,
  type Survey,
  settingOf,
  surveyEngines,
  whyNone,
} from '@whisper-bot/speech';
import { type Finding, ok, warning, wrong } from './finding.js';
import { versionOf } from './program.js';

/** Seconds of sound that each role's sample has. */
const sampleSeconds: Record<EngineRole, number> = { detector: 11, transcriber: 11, diarizer: 13.4 };

/** What compiles them, and the Debian packages that bring it. */
const compilers = [
  { tool: 'g++', from: 'g++' },
  { tool: 'cmake', from: 'cmake' },
  { tool: 'make', from: 'make' },
  { tool: 'protoc', from: 'protobuf-compiler libprotobuf-dev' },
];

const again = './whisper-bot doctor --engines compiles and tests all of them again';

export interface SpeechOptions {
  repository: string;
  /** Forgets what was found before, crashes at work too. */
  forget: boolean;
}

/** Every speech engine hears a short sample: which work here, which one is in use, and how fast it is. */
export const examineSpeech = async (config: Config, { repository, forget }: SpeechOptions): Promise<Finding[]> => {
  const { cacheDir, threads, transcriber, diarizer, detector } = config;
  const choice: EngineChoice = { transcriber, diarizer, detector };
  const modelsDir = join(repository, 'models');
  const book = createVerdictStore(cacheDir);
  if (forget) await book.clear();
  const survey = await surveyEngines({
    book,
    again: true,
    cacheDir,
    threads,
    modelsDir,
    samplesDir: join(repository, 'samples'),
    modelPath: (name) => createModelStore([modelsDir]).whisperPath(name),
    logger: createLogger({ name: 'doctor', level: 'silent' }),
    signal: new AbortController().signal,
  });
  const tools = await lackingTools();
  return (['transcriber', 'diarizer', 'detector'] as const).flatMap((role) => ofRole(survey, role, choice, tools));
};

/** Debian packages that compiling needs and that are not here. */
const lackingTools = async (): Promise<string> => {
  const found = await Promise.all(compilers.map(({ tool }) => versionOf(tool, ['--version'])));
  return compilers.flatMap(({ from }, index) => (found[index] === null ? from : [])).join(' ');
};

const ofRole = (survey: Survey, role: EngineRole, choice: EngineChoice, tools: string): Finding[] => {
  const [first] = chosenEngines(survey, role, choice);
  const findings = [
    ...survey.examined
      .filter(({ candidate }) => candidate.role === role)
      .map((one) => ofEngine(one, choice, one.candidate === first)),
    ...survey.absent.filter((one) => one.role === role).map((one) => ofAbsent(one, tools)),
  ];
  if (first !== undefined) return findings;
  const remedy = choice[role] === 'auto' ? remedyOf(tools) : `set ${settingOf[role]}=auto, or: ${remedyOf(tools)}`;
  return [...findings, wrong(role, whyNone(survey, role, choice).replace(/; run: .*/, ''), remedy)];
};

const ofEngine = ({ candidate, verdict }: Examined, choice: EngineChoice, inUse: boolean): Finding => {
  const { role, engine, build } = candidate;
  const name = `${role} ${engine}`;
  const what = [`${build} build`, verdict.instructions].filter((text) => text !== '').join(', ');
  if (verdict.crashed) return warning(name, `${what}: died at work and is not used: ${verdict.reason}`, again);
  if (!verdict.passed) return warning(name, `${what}: did not pass its self-test: ${verdict.reason}`, again);
  const seconds = verdict.seconds ?? 0;
  const speed = `${sampleSeconds[role]} s in ${seconds.toFixed(2)} s (${(seconds / sampleSeconds[role]).toFixed(3)} ×)`;
  const asked = choice[role];
  const reserve = asked === 'auto' ? 'in reserve' : `not used: ${settingOf[role]}=${asked}`;
  return ok(name, `${what}: ${speed}, ${inUse ? 'in use' : reserve}`);
};

const ofAbsent = ({ role, engine, reason }: Absent, tools: string): Finding => {
  const name = `${role} ${engine}`;
  if (engine === 'whisper-node' && reason.includes('not been compiled'))
    return ok(name, 'not compiled: TRANSCRIBER=whisper-node does, or ./whisper-bot doctor --engines');
  return warning(name, reason, remedyOf(tools));
};

const remedyOf = (tools: string): string =>
  tools === '' ? again : `install ${tools} (Debian: apt-get install ${tools}); then ${again}`;
