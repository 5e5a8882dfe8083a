import { randomBytes } from 'node:crypto';
import { passwordSchema } from '@whisper-bot/store/credential';
import { CliError } from '../failure.js';
import { askSecrets } from '../show/ask.js';
import type { Terminal } from '../terminal.js';

export interface NewPassword {
  text: string;
  /** Made here: it has to be shown, once. */
  generated: boolean;
}

/** Asks for a password twice where there is a terminal to ask at; otherwise makes one of 120 random bits. Throws CliError. */
export const newPassword = async ({ err, signal }: Terminal, generate: boolean): Promise<NewPassword> => {
  if (generate || !process.stdin.isTTY || !err.isTTY) {
    return { text: randomBytes(15).toString('base64url'), generated: true };
  }
  const asking = { input: process.stdin, output: err, signal };
  const [first = '', second] = await askSecrets(['Password (at least 12 characters)', 'The same again'], asking);
  if (!passwordSchema.safeParse(first).success) throw new CliError('A password has 12 to 200 characters.', 2);
  if (first !== second) throw new CliError('The two passwords differ.', 2);
  return { text: first, generated: false };
};

/** On standard output stands nothing but a generated password, so that a script can take it. */
export const showPassword = ({ out, err }: Terminal, sentence: string, { text, generated }: NewPassword): void => {
  err.write(`${sentence}${generated ? ' The password is shown only now:' : ''}\n`);
  if (generated) out.write(`${text}\n`);
};
