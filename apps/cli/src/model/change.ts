import { join } from 'node:path';
import { type Config, readMachine } from '@whisper-bot/config';
import { createLogger } from '@whisper-bot/runtime';
import type { ImportedModel, PublishedModel } from '@whisper-bot/speech';
import { TaskError } from '@whisper-bot/task';
import { CliError } from '../failure.js';
import type { Terminal } from '../terminal.js';
import { createTransferBar } from './bar.js';
import { megabytes } from './show.js';

const usage = (sentence: string): CliError => new CliError(sentence, 2);
const unknown = (name: string): CliError => usage(`There is no official model "${name}"; see: whisper-bot model list`);

/** Downloads official models. */
export const addModels = async (
  terminal: Terminal,
  { modelsDir, modelsUrl }: Config,
  {
    names,
    hub = modelsUrl,
    family,
    languages,
  }: { names: readonly string[]; hub?: string; family?: string; languages?: readonly string[] },
): Promise<void> => {
  if (family !== undefined || languages !== undefined)
    throw usage('--family and --languages describe files that are here; give their folder with --from');
  const { downloadModel, publishedModels } = await import('@whisper-bot/speech');
  const models = names.map((name) => {
    const model = publishedModels.find((published) => published.name === name);
    if (model === undefined) throw unknown(name);
    return model;
  });
  for (const model of models) {
    const bar = createTransferBar(terminal, model.name);
    try {
      const done = await downloadModel(model, {
        folder: modelsDir,
        hub,
        signal: terminal.signal,
        onProgress: bar.show,
      });
      bar.clear();
      const against =
        done.checkedAgainst === 'pinned' ? 'the checksum known beforehand' : 'the checksum the hub declares';
      const sum = done.sha256 === undefined ? 'each file as' : `SHA-256 ${done.sha256} as`;
      terminal.out.write(`${model.name}: ${megabytes(done.bytes)}, ${sum} ${against}, in ${done.path}\n`);
    } finally {
      bar.clear();
    }
    await hint(terminal, model);
  }
};

/** How an added recognizer comes to be used. */
const hint = async ({ out }: Terminal, { name, kind }: Pick<PublishedModel, 'name' | 'kind'>): Promise<void> => {
  if (kind !== 'recognizer') return;
  const { recommendedModels } = await import('@whisper-bot/speech');
  out.write(
    recommendedModels.some(({ model }) => model === name)
      ? `Use it with MODEL=${name}, or with MODEL=auto wherever its language is spoken.\n`
      : `Use it with MODEL=${name}; MODEL=auto takes it where LANGUAGE_MODELS names it.\n`,
  );
};

interface ImportRequest {
  names: readonly string[];
  from: string;
  family?: string;
  languages?: readonly string[];
}

/** Takes a model from files that are here, once it could be loaded. */
export const importModels = async (terminal: Terminal, config: Config, request: ImportRequest): Promise<void> => {
  const [name, ...others] = request.names;
  if (name === undefined || others.length > 0) throw usage('With --from one model is added at a time.');
  const speech = await import('@whisper-bot/speech');
  const logger = createLogger({ name: 'cli', level: 'silent' });
  const { threads, cacheDir, modelsDir } = config;
  const recognizers = speech.createRecognizerTranscriber({ threads, logger });
  const bar = createTransferBar(terminal, name);
  const { signal } = terminal;
  try {
    const model = await describeImport(name, request);
    const path = await speech.importModel(model, {
      from: request.from,
      folder: modelsDir,
      signal,
      onProgress: bar.show,
      tryOut: async (copied) => {
        bar.clear();
        if ('family' in copied) return recognizers.tryOut(copied, signal);
        const whisper = speech.createWhisperTranscriber({ cacheDir, modelPath: () => copied.path, threads, logger });
        await whisper
          .warmUp(copied.path)
          .catch((error: unknown) => {
            throw refusalOf(name, error);
          })
          .finally(() => whisper.close());
      },
    });
    terminal.out.write(`${name}: in ${path}\n`);
    await hint(terminal, { name, kind: model.kind });
  } finally {
    bar.clear();
    await recognizers.close();
  }
};

/** What the files are meant to be: an official model by its name, or what the flags say. */
const describeImport = async (name: string, { family, languages }: ImportRequest): Promise<ImportedModel> => {
  const { familySchema, modelNameSchema, publishedModels } = await import('@whisper-bot/speech');
  const published = publishedModels.find((model) => model.name === name);
  if (family === undefined) {
    if (published === undefined)
      throw usage(`There is no official model "${name}"; say what it is: --family and --languages`);
    return published;
  }
  const known = familySchema.safeParse(family);
  if (!known.success) throw usage(`There is no family "${family}"; there are: ${familySchema.options.join(', ')}`);
  if (!modelNameSchema.safeParse(name).success) throw usage(`"${name}" is no name: letters, digits, points, dashes.`);
  if (languages === undefined || languages.length === 0)
    throw usage('Say which languages it knows: --languages "ru, en"');
  return { kind: 'recognizer', name, family: known.data, languages };
};

const refusalOf = (name: string, error: unknown): unknown =>
  error instanceof TaskError && error.code === 'engine-crashed'
    ? new TaskError('damaged-model', `The model "${name}" is damaged.`, { cause: error.cause, params: { model: name } })
    : error;

/** Removes models that were added here. */
export const removeModels = async (
  terminal: Terminal,
  { modelsDir, model: chosen }: Config,
  names: readonly string[],
): Promise<void> => {
  const { createModelStore, removeModel } = await import('@whisper-bot/speech');
  for (const name of names) {
    const { bytes } = await removeModel(name, modelsDir);
    terminal.out.write(`${name}: removed, ${megabytes(bytes)} freed\n`);
    const isGone =
      (await createModelStore([modelsDir, join(readMachine().repository, 'models')]).has(chosen)) === false;
    if (isGone && chosen !== 'auto') terminal.out.write(`It was the model of MODEL=${chosen}: choose another one.\n`);
  }
};
