import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@whisper-bot/config';
import { automaticModel, createModelStore, type ModelStore, resolveFfmpeg } from '@whisper-bot/speech';
import { TaskError } from '@whisper-bot/task';
import { type Finding, ok, wrong } from './finding.js';
import { versionOf } from './program.js';
import { examineSpeech, type SpeechOptions } from './speech.js';

/** What turns sound into text and identifies speakers. */
export const examineEngines = async (config: Config, options: SpeechOptions): Promise<Finding[]> => [
  await examineFfmpeg(config),
  ...(await examineSpeech(config, options)),
  ...(await examineModels(config, options.repository)),
];

const examineFfmpeg = async ({ ffmpegPath }: Config): Promise<Finding> => {
  const program = resolveFfmpeg(ffmpegPath ?? undefined);
  const version = await versionOf(program, ['-version']);
  if (version === null)
    return wrong('ffmpeg', `${program} cannot be started`, 'apt-get install ffmpeg, or set FFMPEG_PATH');
  return ok('ffmpeg', `${version.replace(/ Copyright.*/, '')} (${program})`);
};

/** The shipped weights against their checksums, and the model that is asked for by default. */
const examineModels = async ({ modelsDir, model }: Config, repository: string): Promise<Finding[]> => {
  const shipped = join(repository, 'models');
  const sums = (await readFile(join(shipped, 'SHA256SUMS'), 'utf8').catch(() => '')).trim().split('\n');
  const damaged: string[] = [];
  for (const [sum = '', file = ''] of sums.map((line) => line.split(/\s+/))) {
    const bytes = await readFile(join(shipped, file)).catch(() => null);
    if (bytes === null || createHash('sha256').update(bytes).digest('hex') !== sum) damaged.push(file);
  }
  const weights =
    damaged.length === 0
      ? ok('shipped models', `${sums.length} files, checksums right`)
      : wrong('shipped models', `damaged or missing: ${damaged.join(', ')}`, 'git checkout -- models');
  const store = createModelStore([modelsDir, shipped]);
  const added = (await store.list()).filter(({ kind, name }) => kind === 'recognizer' && name !== model);
  return [
    weights,
    await examineModel(store, { name: model, as: 'default model' }),
    ...(await Promise.all(added.map(({ name }) => examineModel(store, { name, as: `model ${name}` })))),
  ];
};

/** Whether a model can be loaded, as far as its files show. */
const examineModel = async (store: ModelStore, { name, as }: { name: string; as: string }): Promise<Finding> => {
  if (name === automaticModel) return ok(as, 'auto: the one that suits the language');
  try {
    const model = await store.find(name);
    return ok(as, model.kind === 'whisper' ? model.path : `${name}: ${model.languages.join(', ')}`);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const isDamaged = error instanceof TaskError && error.code === 'damaged-model';
    return wrong(as, found, isDamaged ? String(error.cause) : `whisper-bot model add ${name}, or set MODEL`);
  }
};
