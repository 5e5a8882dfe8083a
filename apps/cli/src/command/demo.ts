import type { Config } from '@whisper-bot/config';
import { type Command, Option } from 'commander';
import type { DemoOptions } from '../demo/demo.js';
import type { Terminal } from '../terminal.js';

export const addDemo = (program: Command, terminal: Terminal, config: () => Config): void => {
  program
    .command('demo')
    .summary('show what it does: a Telegram chat, played through everything')
    .description(
      'Starts everything in a home of its own, with a stand-in for Telegram on this machine. A person sends a voice message in which three people speak; the terminal shows the chat, live, until the transcript is there.',
    )
    .option('--keep', 'leave everything running afterwards, until Ctrl-C')
    .addOption(new Option('--voice <file>', 'another recording to send').hideHelp())
    .addHelpText('after', '\nExamples:\n  whisper-bot demo\n  whisper-bot demo --keep')
    .action(async (options: DemoOptions) => {
      // Help is there at once, without all that the demo starts.
      const { demo } = await import('../demo/demo.js');
      await demo(terminal, config(), options);
    });
};
