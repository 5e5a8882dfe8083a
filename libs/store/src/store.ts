import type { TranscriptRecord } from '@whisper-bot/task';
import { sql } from 'kysely';
import { type Database, type DatabaseOptions, openDatabase } from './database.js';
import { createErasureRepository, type ErasureRepository } from './erasure/erasure.js';
import { createExclusive, type Exclusively } from './exclusive.js';
import { type AccountRepository, createAccountRepository } from './people/account.js';
import { type AttemptRepository, createAttemptRepository } from './people/attempt.js';
import { type AuditRepository, createAuditRepository } from './people/audit.js';
import { createIdentityRepository, type IdentityRepository } from './people/identity.js';
import { createKeyRepository, type KeyRepository } from './people/key.js';
import { createPeopleRepository, type PeopleRepository } from './people/person.js';
import { createSessionRepository, type SessionLife, type SessionRepository } from './people/session.js';
import { createSignInRepository, type SignInRepository } from './people/sign-in.js';
import { openPool } from './pool.js';
import { createTranscriptRecord } from './record/result.js';
import type { TaskRepository } from './record/task.js';
import { createTaskRepository } from './record/task-repository.js';
import { createUsage, type UsageOf } from './record/usage.js';

/** The record and the people, in PostgreSQL. */
export interface Store {
  db: Database;
  tasks: TaskRepository;
  transcripts: TranscriptRecord;
  usage: UsageOf;
  accounts: AccountRepository;
  identities: IdentityRepository;
  signIns: SignInRepository;
  sessions: SessionRepository;
  attempts: AttemptRepository;
  audit: AuditRepository;
  keys: KeyRepository;
  people: PeopleRepository;
  erasures: ErasureRepository;
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
    onError: (err) => options.logger.warn({ err }, 'PostgreSQL connection lost'),
  });
  return {
    db,
    tasks: createTaskRepository(db),
    transcripts: createTranscriptRecord(db),
    usage: createUsage(db),
    accounts: createAccountRepository(db),
    identities: createIdentityRepository(db),
    signIns: createSignInRepository(db),
    sessions: createSessionRepository(db, options.sessionLife),
    attempts: createAttemptRepository(db),
    audit: createAuditRepository(db),
    keys: createKeyRepository(db),
    people: createPeopleRepository(db),
    erasures: createErasureRepository(db),
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
