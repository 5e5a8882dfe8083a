import { cleanText, type StoredTranscript, type TaskId, type TranscriptRecord } from '@whisper-bot/task';
import { transcriptSchema } from '@whisper-bot/transcript';
import { type Kysely, sql } from 'kysely';
import { jsonText } from '../json-text.js';
import type { Tables } from '../schema.js';

interface ResultRow {
  transcript: unknown;
  revision: number | null;
  edit: number | null;
  saved_at: Date;
}

const columns = ['transcript', 'revision', 'edit', 'saved_at'] as const;

const storedOf = ({ transcript, revision, edit, saved_at: savedAt }: ResultRow): StoredTranscript => ({
  transcript: transcriptSchema.parse(transcript),
  version: revision === null || edit === null ? null : { revision, edit },
  at: savedAt.getTime(),
});

/** The transcripts in the record. */
export const createTranscriptRecord = (db: Kysely<Tables>): TranscriptRecord => ({
  read: async (id) => {
    const row = await db.selectFrom('result').select(columns).where('task_id', '=', id).executeTakeFirst();
    return row === undefined ? null : storedOf(row);
  },
  change: (id, choose) =>
    db.transaction().execute(async (trx) => {
      // The lock that makes two editors take turns: there is a row of the task before there is one of its result.
      const task = await trx
        .selectFrom('task')
        .select(sql<boolean>`body ? 'forgotten'`.as('forgotten'))
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (task === undefined) return 'unknown';
      // Read from its folder just before that was deleted: what was to be forgotten must not come back.
      if (task.forgotten) return 'forgotten';
      const row = await trx.selectFrom('result').select(columns).where('task_id', '=', id).executeTakeFirst();
      const chosen = choose(row === undefined ? null : storedOf(row));
      if (chosen === null) return 'left';
      const { transcript, version } = chosen;
      const values = {
        transcript: jsonText(transcript),
        text: cleanText(transcript.text),
        saved_at: new Date(),
        ...version,
      };
      await trx.updateTable('task').set({ duration: transcript.duration }).where('id', '=', id).execute();
      await trx
        .insertInto('result')
        .values({ task_id: id, ...values })
        .onConflict((conflict) => conflict.column('task_id').doUpdateSet(values))
        .execute();
      return 'saved';
    }),
  unversioned: async ({ after, limit }) => {
    const query = db.selectFrom('result').select('task_id').where('revision', 'is', null);
    const rows = await (after === null ? query : query.where('task_id', '>', after))
      .orderBy('task_id')
      .limit(limit)
      .execute();
    return rows.map(({ task_id: id }) => id as TaskId);
  },
});
