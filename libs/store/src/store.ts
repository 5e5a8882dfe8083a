import type { TranscriptRecord } from '@whisper-bot/task';
import { sql } from 'kysely';
import { type Database, type DatabaseOptions, openDatabase } from './database.js';
import { createErasureBook, type ErasureBook } from './erasure/erasure.js';
import { createExclusive, type Exclusively } from './exclusive.js';
import { type AccountBook, createAccountBook } from './people/account.js';
import { type AttemptBook, createAttemptBook } from './people/attempt.js';
import { type AuditBook, createAuditBook } from './people/audit.js';
import { createIdentityBook, type IdentityBook } from './people/identity.js';
import { createKeyBook, type KeyBook } from './people/key.js';
import { createPeopleBook, type PeopleBook } from './people/person.js';
import { createSessionBook, type SessionBook, type SessionLife } from './people/session.js';
import { createSignInBook, type SignInBook } from './people/sign-in.js';
import { openPool } from './pool.js';
import { createTranscriptRecord } from './record/result.js';
import { createTaskBook, type TaskBook } from './record/task.js';
import { createUsage, type UsageOf } from './record/usage.js';

/** The record and the people, in PostgreSQL. */
export interface Store {
  db: Database;
  tasks: TaskBook;
  transcripts: TranscriptRecord;
  usage: UsageOf;
  accounts: AccountBook;
  identities: IdentityBook;
  signIns: SignInBook;
  sessions: SessionBook;
  attempts: AttemptBook;
  audit: AuditBook;
  keys: KeyBook;
  people: PeopleBook;
  erasures: ErasureBook;
  exclusively: Exclusively;
  /** Whether the database answers. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens the store and brings its schema up to date. Rejects where PostgreSQL cannot be reached. */
export const openStore = async (options: DatabaseOptions & { sessionLife?: SessionLife }): Promise<Store> => {
  const db = await openDatabase(options);
  const locks = openPool({
    url: options.url,
    connections: 4,
    name: 'whisper-bot locks',
    onError: (err) => options.logger.warn({ err }, 'a connection to PostgreSQL broke'),
  });
  return {
    db,
    tasks: createTaskBook(db),
    transcripts: createTranscriptRecord(db),
    usage: createUsage(db),
    accounts: createAccountBook(db),
    identities: createIdentityBook(db),
    signIns: createSignInBook(db),
    sessions: createSessionBook(db, options.sessionLife),
    attempts: createAttemptBook(db),
    audit: createAuditBook(db),
    keys: createKeyBook(db),
    people: createPeopleBook(db),
    erasures: createErasureBook(db),
    exclusively: createExclusive(locks),
    ping: () =>
      sql`select 1`.execute(db).then(
        () => true,
        () => false,
      ),
    close: async () => {
      await locks.end();
      await db.destroy();
    },
  };
};
