import type { Config } from '@whisper-bot/config';
import type { Store } from '@whisper-bot/store';
import { accountNameSchema } from '@whisper-bot/store/credential';
import { type Role, roles } from '@whisper-bot/store/role';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AccountDeps, addAccount, listAccounts, resetPassword, setDisabled } from '../people/account.js';
import type { Terminal } from '../terminal.js';

export const addAdmin = (program: Command, terminal: Terminal, config: () => Config): void => {
  const admin = program
    .command('admin')
    .summary('the people who may sign in to the dashboard')
    .description(
      'Makes and changes the accounts of the dashboard, whether whisper-bot runs or not. A password is asked for at a terminal; elsewhere, or with --generate, one is made and printed once. Every change goes into the audit log.',
    )
    .addHelpText(
      'after',
      `
Examples:
  whisper-bot admin add ann
  whisper-bot admin add bob --role viewer --generate
  whisper-bot admin reset ann                a new password; ends all sessions
  whisper-bot admin disable bob`,
    );
  // What a command works with is loaded when it works: help and a refusal are there at once.
  const onRecord = async <T>(resolved: Config, work: (store: Store) => Promise<T>): Promise<T> => {
    const { withRecord } = await import('../session/record.js');
    return withRecord(resolved, work);
  };
  const deps = (): AccountDeps => {
    const resolved = config();
    if (!resolved.passwordSignIn) {
      terminal.err.write('PASSWORD_SIGN_IN is off here: the dashboard takes no password until it is on again.\n');
    }
    return { terminal, within: (work) => onRecord(resolved, work) };
  };
  admin
    .command('add')
    .description('make an account')
    .argument('<name>', 'what the person signs in with', parseName)
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).default('administrator'))
    .option('--generate', 'make the password and print it')
    .action((name: string, { role, generate = false }: { role: Role; generate?: boolean }) =>
      addAccount({ name, role, generate }, deps()),
    );
  admin
    .command('list')
    .description('every account with its role and last sign-in')
    .option('--json', 'as JSON, one line each')
    .action(({ json = false }: { json?: boolean }) =>
      onRecord(config(), (store) => listAccounts(terminal, store, json)),
    );
  admin
    .command('reset')
    .description('give an account a new password and end all its sessions')
    .argument('<name>', 'as `admin list` names it')
    .option('--generate', 'make the password and print it')
    .action((name: string, { generate = false }: { generate?: boolean }) => resetPassword({ name, generate }, deps()));
  for (const disabled of [true, false]) {
    admin
      .command(disabled ? 'disable' : 'enable')
      .description(disabled ? 'let an account sign in no more, and end its sessions' : 'let it sign in again')
      .argument('<name>', 'as `admin list` names it')
      .action((name: string) => onRecord(config(), (store) => setDisabled(terminal, store, { name, disabled })));
  }
};

const parseName = (text: string): string => {
  if (accountNameSchema.safeParse(text).success) return text;
  throw new InvalidArgumentError('A name has 2 to 60 letters, digits, dots, dashes, underscores or @.');
};
