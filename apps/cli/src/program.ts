import type { Config } from '@whisper-bot/config';
import { Command } from 'commander';
import { addAdmin } from './command/admin.js';
import { addBench } from './command/bench.js';
import { addDemo } from './command/demo.js';
import { addDoctor } from './command/doctor.js';
import { addModel } from './command/model.js';
import { addTask } from './command/task.js';
import { addTest } from './command/test.js';
import { addTranscribe } from './command/transcribe.js';
import { addUp } from './command/up.js';
import type { Terminal } from './terminal.js';

/** The command line: one file in command/ each. `config` is resolved when a command first needs it. */
export const createProgram = (terminal: Terminal, config: () => Config): Command => {
  const program = new Command('whisper-bot')
    .description('Self-hosted voice to text with speakers, for Telegram and for the operators who run it.')
    .version('0.1.0', '-V, --version')
    .showSuggestionAfterError()
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void terminal.err.write(text),
      outputError: (text, write) => write(`whisper-bot: ${sentence(text)}`),
    })
    .addHelpText(
      'after',
      `
Examples:
  whisper-bot demo                          what it does, in a minute
  whisper-bot transcribe talk.mp3           a recording to text with speakers
  BOT_TOKEN=… whisper-bot up                the Telegram bot, its workers and the dashboard
  whisper-bot doctor                        what is wrong, and how to fix it

Settings are environment variables: docs/configuration.md`,
    );
  const commands = [addDemo, addTranscribe, addUp, addTask, addModel, addAdmin, addDoctor, addTest, addBench];
  for (const add of commands) add(program, terminal, config);
  return program;
};

/** commander's `error: unknown command 'x'` as a sentence. */
const sentence = (text: string): string => text.replace(/^error: /, '');
