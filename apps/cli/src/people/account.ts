import { userInfo } from 'node:os';
import type { Account, Role, Store } from '@whisper-bot/store';
import { CliError } from '../failure.js';
import type { Terminal } from '../terminal.js';
import { newPassword, showPassword } from './password.js';

export interface AccountDeps {
  terminal: Terminal;
  /** Opens the record for a piece of work; not before all has been asked. */
  within<T>(work: (store: Store) => Promise<T>): Promise<T>;
}

export const addAccount = async (
  { name, role, generate }: { name: string; role: Role; generate: boolean },
  { terminal, within }: AccountDeps,
): Promise<void> => {
  const password = await newPassword(terminal, generate);
  await within(async (store) => {
    const account = await store.accounts.create({ name, password: password.text, role });
    if (account === null) throw new CliError(`There is an account "${name}" already.`);
    await writeDown(store, { action: 'account.create', target: account.name, after: { role } });
  });
  showPassword(terminal, `${name} may sign in as ${role}.`, password);
};

export const resetPassword = async (
  { name, generate }: { name: string; generate: boolean },
  { terminal, within }: AccountDeps,
): Promise<void> => {
  const password = await newPassword(terminal, generate);
  await within(async (store) => {
    const account = await find(store, name);
    if (account.issuer !== null) {
      throw new CliError(`${account.name} signs in through ${new URL(account.issuer).host} and has no password.`);
    }
    await store.accounts.setPassword(account.id, password.text, '');
    await writeDown(store, { action: 'account.password', target: account.name });
    showPassword(terminal, `${account.name} has a new password, and is signed in nowhere.`, password);
    if (account.disabled) terminal.err.write(`It is disabled: whisper-bot admin enable ${account.name}\n`);
  });
};

export const setDisabled = async (
  { err }: Terminal,
  store: Store,
  { name, disabled }: { name: string; disabled: boolean },
): Promise<void> => {
  const account = await find(store, name);
  if (!(await store.accounts.change(account.id, { disabled }))) {
    throw new CliError('It is the last administrator who can sign in; make another one first.');
  }
  const before = { role: account.role, disabled: account.disabled };
  await writeDown(store, { action: 'account.change', target: account.name, before, after: { disabled } });
  err.write(disabled ? `${account.name} may sign in no more.\n` : `${account.name} may sign in again.\n`);
};

export const listAccounts = async ({ out, err }: Terminal, store: Store, json: boolean): Promise<void> => {
  const accounts = await store.accounts.list();
  for (const { name, role, disabled, createdAt, lastSignIn, issuer } of accounts) {
    const seen = lastSignIn?.toISOString() ?? null;
    const state = disabled ? 'disabled' : (seen?.slice(0, 19) ?? 'never');
    const row = `${name.padEnd(24)} ${role.padEnd(14)} ${state.padEnd(20)} ${issuer ?? ''}`.trimEnd();
    out.write(`${json ? JSON.stringify({ name, role, disabled, issuer, createdAt, lastSignIn: seen }) : row}\n`);
  }
  if (!json && accounts.length === 0) err.write('There are no accounts; make one: whisper-bot admin add NAME\n');
};

/** Names differ by more than the case of their letters. */
const find = async ({ accounts }: Store, name: string): Promise<Account> => {
  const account = (await accounts.list()).find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (account === undefined) throw new CliError(`There is no account "${name}"; see: whisper-bot admin list`);
  return account;
};

const writeDown = (
  { audit }: Store,
  entry: { action: string; target: string; before?: unknown; after?: unknown },
): Promise<void> => audit.append({ before: null, after: null, ...entry, actor: actor(), address: '' });

/** No account can have a name with a space in it. */
const actor = (): string => {
  try {
    return `${userInfo().username} (command line)`;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'} (command line)`;
  }
};
