import type { ColumnType, Generated, Selectable } from 'kysely';

/** A time the database fills in unless it is given. */
type Stamp = ColumnType<Date, Date | undefined, Date>;
/** jsonb: an object when read, its text when written. */
type Json = ColumnType<unknown, string, string>;

export interface TaskTable {
  id: string;
  channel: string;
  owner: string;
  chat: string;
  title: string;
  state: string;
  body: Json;
  accepted_at: Stamp;
  changed_at: Stamp;
  duration: number | null;
  code: string | null;
  cause: string | null;
  /** Where a failed task failed; null where it has not, or that is not known. */
  stage: string | null;
  /** When the task's webhook was called, or need not be called any more; null: not yet, or there is none. */
  notified_at: Date | null;
}

export interface TaskChangeTable {
  seq: Generated<string>;
  task_id: string;
  state: string;
  at: Date;
  code: string | null;
  cause: string | null;
}

export interface ResultTable {
  task_id: string;
  transcript: Json;
  text: string;
  saved_at: Stamp;
  revision: number | null;
  edit: number | null;
  /** The newest state that the chat shows after an edit; null where it shows none. */
  shown_revision: number | null;
  shown_edit: number | null;
}

export interface AccountTable {
  id: Generated<string>;
  name: string;
  role: string;
  /** Null where an identity provider vouches. */
  password: string | null;
  disabled: Generated<boolean>;
  created_at: Stamp;
  last_sign_in: Date | null;
  issuer: string | null;
  subject: string | null;
}

export interface SessionTable {
  id: Generated<string>;
  account_id: string;
  token: Buffer;
  csrf: string;
  address: string;
  agent: string;
  started_at: Stamp;
  seen_at: Stamp;
  /** Opened before cookies were named by their port. */
  unnamed: Generated<boolean>;
}

export interface SignInTable {
  token: Buffer;
  state: string;
  nonce: string;
  verifier: string;
  back: string;
  started_at: Stamp;
}

export interface AttemptTable {
  key: string;
  at: Stamp;
}

export interface ApiKeyTable {
  id: Generated<string>;
  name: string;
  begins: string;
  digest: Buffer;
  limits: Json;
  created_by: string;
  created_at: Stamp;
  last_used: Date | null;
  revoked_at: Date | null;
}

export interface AuditTable {
  id: Generated<string>;
  at: Stamp;
  actor: string;
  action: string;
  target: string;
  address: string;
  before: Json;
  after: Json;
}

export interface SettingTable {
  name: string;
  value: Json;
  changed_by: string;
  changed_at: Stamp;
}

/** The tables of the record; the Telegram bot reads and writes its own in plain SQL (telegram/). */
export interface Tables {
  task: TaskTable;
  task_change: TaskChangeTable;
  result: ResultTable;
  account: AccountTable;
  session: SessionTable;
  sign_in: SignInTable;
  attempt: AttemptTable;
  api_key: ApiKeyTable;
  audit: AuditTable;
  setting: SettingTable;
}

export type TaskTableRow = Selectable<TaskTable>;
