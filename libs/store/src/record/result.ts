import { cleanText } from '@whisper-bot/task';
import { transcriptSchema } from '@whisper-bot/transcript';
import { type Kysely, sql } from 'kysely';
import { jsonText } from '../json-text.js';
import type { Tables } from '../schema.js';
import type { TaskBook } from './task.js';

/** The results in the record. */
export const createResultBook = (db: Kysely<Tables>): Pick<TaskBook, 'transcript' | 'saveTranscript'> => ({
  transcript: async (id) => {
    const row = await db.selectFrom('result').select('transcript').where('task_id', '=', id).executeTakeFirst();
    return row === undefined ? null : transcriptSchema.parse(row.transcript);
  },
  saveTranscript: async (id, transcript) => {
    const values = { transcript: jsonText(transcript), text: cleanText(transcript.text), saved_at: new Date() };
    await db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('task')
        .set({ duration: transcript.duration })
        .where('id', '=', id)
        .returning(sql<boolean>`body ? 'forgotten'`.as('forgotten'))
        .executeTakeFirst();
      // Read from its folder just before that was deleted: what was to be forgotten must not come back.
      if (row?.forgotten === true) return;
      await trx
        .insertInto('result')
        .values({ task_id: id, ...values })
        .onConflict((conflict) => conflict.column('task_id').doUpdateSet(values))
        .execute();
    });
  },
});
