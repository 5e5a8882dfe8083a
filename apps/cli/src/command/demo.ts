import { join } from 'node:path';
import { type Config, readMachine } from '@whisper-bot/config';
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { transcribe } from './transcribe.js';

export const addDemo = (program: Command, terminal: Terminal, config: () => Config): void => {
  program
    .command('demo')
    .summary('show what it does, with the samples')
    .description('Sends the samples through the whole queue (private Redis, worker, engines) and prints who said what.')
    .addHelpText('after', '\nExample:\n  whisper-bot demo')
    .action(() => demo(terminal, config()));
};

const samples = ['dialogue-3-speakers.wav', 'russian.wav'];

const demo = async (terminal: Terminal, config: Config): Promise<void> => {
  const files = samples.map((name) => join(readMachine().repository, 'samples', name));
  const options = {
    language: 'auto',
    speakers: { kind: 'auto' },
    diarize: true,
    translate: false,
    prompt: '',
  } as const;
  await transcribe(terminal, config, files, { ...options, times: true, format: 'text' });
};
