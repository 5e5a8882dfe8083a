import { join } from 'node:path';
import { type Config, readMachine } from '@whisper-bot/config';
import type { Command } from 'commander';
import { CliError } from '../failure.js';
import type { Terminal } from '../terminal.js';

export const addModel = (program: Command, terminal: Terminal, config: () => Config): void => {
  const model = program
    .command('model')
    .summary('list and download models')
    .description('Lists the models that are here and those that can be downloaded, and downloads them.')
    .addHelpText(
      'after',
      `
Examples:
  whisper-bot model list
  whisper-bot model add large-v3-turbo-q5_0
  MODEL=large-v3-turbo-q5_0 whisper-bot up`,
    );
  model
    .command('list')
    .description('what is here, and what `model add` knows')
    .option('--json', 'as JSON')
    .action((options: { json?: boolean }) => list(terminal, config(), options.json ?? false));
  model
    .command('add')
    .description('download official models, checked by SHA-256; an interrupted download goes on where it ended')
    .argument('<name...>', 'as `model list` names them')
    .option('--hub <url>', 'where the Hugging Face hub or a mirror of it is', 'https://huggingface.co')
    .action((names: string[], { hub }: { hub: string }) => add(terminal, config(), names, hub));
};

const list = async (terminal: Terminal, { modelsDir }: Config, json: boolean): Promise<void> => {
  const { createModelStore, publishedModels } = await import('@whisper-bot/speech');
  const installed = await createModelStore([modelsDir, join(readMachine().repository, 'models')]).list();
  const known = publishedModels.filter(({ name }) => !installed.some((model) => model.name === name));
  if (json) {
    const available = known.map(({ name, kind }) => ({ name, kind }));
    terminal.out.write(`${JSON.stringify({ installed, available })}\n`);
    return;
  }
  const { out, paint } = terminal;
  out.write(`${paint('out', 'bold', 'Installed')}\n`);
  for (const { name, kind, bytes } of installed)
    out.write(`  ${name.padEnd(54)} ${kind.padEnd(8)} ${megabytes(bytes)}\n`);
  for (const kind of ['whisper', 'speaker'] as const) {
    out.write(`${paint('out', 'bold', `To download (${kind})`)}\n`);
    for (const model of known) if (model.kind === kind) out.write(`  ${model.name}\n`);
  }
};

const add = async (terminal: Terminal, { modelsDir }: Config, names: readonly string[], hub: string): Promise<void> => {
  const { downloadModel, publishedModels } = await import('@whisper-bot/speech');
  const models = names.map((name) => {
    const model = publishedModels.find((published) => published.name === name);
    if (model === undefined) throw new CliError(`There is no official model "${name}"; see: whisper-bot model list`, 2);
    return model;
  });
  for (const model of models) {
    const bar = createDownloadBar(terminal, model.name);
    const { signal } = terminal;
    try {
      const done = await downloadModel(model, { folder: modelsDir, hub, signal, onProgress: bar.show });
      bar.clear();
      const against =
        done.checkedAgainst === 'pinned' ? 'the checksum known beforehand' : 'the checksum the hub declares';
      terminal.out.write(
        `${model.name}: ${megabytes(done.bytes)}, SHA-256 ${done.sha256} as ${against}, in ${done.path}\n`,
      );
    } finally {
      bar.clear();
    }
  }
};

const createDownloadBar = ({ err, paint }: Terminal, name: string) => {
  let shown = -1;
  return {
    show: (received: number, total: number): void => {
      const percent = Math.floor((received / total) * 100);
      if (percent === shown) return;
      if (err.isTTY) {
        const bar =
          paint('err', 'cyan', '━'.repeat(percent / 4)) + paint('err', 'dim', '─'.repeat(25 - Math.floor(percent / 4)));
        err.write(`\r\x1b[K${name} ${bar} ${percent} % of ${megabytes(total)}`);
      } else if (percent >= shown + 10) err.write(`${name}: ${percent} % of ${megabytes(total)}\n`);
      else return;
      shown = percent;
    },
    clear: (): void => {
      if (err.isTTY) err.write('\r\x1b[K');
    },
  };
};

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
