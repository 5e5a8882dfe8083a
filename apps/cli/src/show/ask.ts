import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError } from '../failure.js';

/** Where a secret is typed, and where the question is shown. */
export interface Asking {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  signal: AbortSignal;
}

/**
 * Asks for secrets one after the other without showing what is typed. Throws CliError (130) at Ctrl-C, and where the
 * input ends before all is answered.
 */
export const askSecrets = async (
  questions: readonly string[],
  { input, output, signal }: Asking,
): Promise<readonly string[]> => {
  // In its terminal mode readline takes the echo over from the terminal, and writes it here.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  const answers: string[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const ask = (): void => {
        const question = questions[answers.length];
        if (question === undefined) resolve();
        else output.write(`${question}: `);
      };
      const interrupt = (): void => reject(new CliError('Interrupted.', 130));
      lines.on('line', (line) => {
        output.write('\n');
        answers.push(line);
        ask();
      });
      lines.once('SIGINT', interrupt);
      lines.once('close', () => reject(new CliError('Nothing was entered.')));
      signal.addEventListener('abort', interrupt, { once: true });
      ask();
    });
  } finally {
    lines.close();
    if (answers.length < questions.length) output.write('\n');
  }
  return answers;
};
