import { resolveConfig } from '@whisper-bot/config';
import { CommanderError } from 'commander';
import { CliError, explain } from './failure.js';
import { createProgram } from './program.js';
import { createTerminal } from './terminal.js';

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The second one does not wait for anything to be put away.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort(new CliError('Interrupted.', 130));
  });
}
// The reader of the output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const terminal = createTerminal(process.env, interrupted.signal);
const program = createProgram(terminal, () => resolveConfig({ env: process.env }));
try {
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const { lines, exitCode } = explain(error);
    for (const line of lines) terminal.err.write(`${terminal.paint('err', 'red', 'whisper-bot:')} ${line}\n`);
    process.exitCode = exitCode;
  }
}
// Connections that are closing could hold the process for seconds; all that counts has been written by now.
const flushed = [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done)));
await Promise.all(flushed);
process.exit();
