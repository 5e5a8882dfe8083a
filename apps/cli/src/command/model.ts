import { byteSchema, type Config } from '@whisper-bot/config';
import { parseLanguage } from '@whisper-bot/task';
import { type Command, InvalidArgumentError } from 'commander';
import { addModels, importModels, removeModels } from '../model/change.js';
import { listModels, recommend } from '../model/show.js';
import type { Terminal } from '../terminal.js';

/** The argument as the schema understands it. */
const sizeOf = (text: string): number => {
  const { data, error } = byteSchema.safeParse(text);
  if (error !== undefined) throw new InvalidArgumentError('It is a size like 500MB or 4GB.');
  return data;
};

const languageOf = (text: string): string => {
  const language = parseLanguage(text);
  if (language === null || language === 'auto') throw new InvalidArgumentError('It is a language like ru or Russian.');
  return language;
};

const languagesOf = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .filter((one) => one !== '')
    .map(languageOf);

export const addModel = (program: Command, terminal: Terminal, config: () => Config): void => {
  const model = program
    .command('model')
    .summary('list, add and remove models')
    .description('Lists the models that are here, says which would help, adds and removes them.')
    .addHelpText(
      'after',
      `
Examples:
  whisper-bot model recommend --language ru
  whisper-bot model add gigaam-v3-e2e-rnnt
  MODEL=auto whisper-bot up
  whisper-bot model add parakeet-tdt-0.6b-v3 --from /media/stick/parakeet
  whisper-bot model remove large-v3`,
    );
  model
    .command('list')
    .description('what is here, and what `model add` knows')
    .option('--json', 'as JSON')
    .action((options: { json?: boolean }) => listModels(terminal, config(), options.json ?? false));
  model
    .command('recommend')
    .description(
      'which recognizers make fewer mistakes than Whisper base, with sizes, licences and published error rates',
    )
    .option(
      '--language <languages>',
      'those that are spoken, e.g. ru or "ru, en" (default: USUAL_LANGUAGES, else all)',
      languagesOf,
    )
    .option('--memory <size>', 'how much a model may take, e.g. 4GB', sizeOf)
    .option('--json', 'as JSON')
    .action((options: { language?: string[]; memory?: number; json?: boolean }) =>
      recommend(terminal, config(), options),
    );
  model
    .command('add')
    .description(
      'download models, checked by SHA-256 (an interrupted download goes on where it ended), or take them from a folder',
    )
    .argument('<name...>', 'as `model list` names them')
    .option('--hub <url>', 'where the Hugging Face hub or a mirror of it is (default: MODELS_URL)')
    .option('--from <folder>', 'take the files from there; nothing is downloaded')
    .option('--family <family>', 'with --from: the architecture of a model that `model list` does not know')
    .option('--languages <languages>', 'with --family: the languages it knows, e.g. "ru, en"', languagesOf)
    .action((names: string[], options: AddOptions) =>
      options.from === undefined
        ? addModels(terminal, config(), { names, ...options })
        : importModels(terminal, config(), { names, ...options, from: options.from }),
    );
  model
    .command('remove')
    .description('remove models that were added')
    .argument('<name...>', 'as `model list` names them')
    .action((names: string[]) => removeModels(terminal, config(), names));
};

interface AddOptions {
  hub?: string;
  from?: string;
  family?: string;
  languages?: string[];
}
