import { createEraser, type Eraser } from '@whisper-bot/assembly';
import type { Pipeline } from '@whisper-bot/pipeline';
import { createLogger } from '@whisper-bot/runtime';
import { openStore, type Store } from '@whisper-bot/store';
import { createTranscriptStore, type TranscriptStore, taskFolder } from '@whisper-bot/task';

/** The product's eraser and its transcripts over the stand-in for the pipeline: PostgreSQL and the folders are real. */
export const createTestEraser = (
  pipeline: () => Pick<Pipeline, 'cancel'>,
  { databaseUrl, tasksDir }: { databaseUrl: string; tasksDir: string },
): { eraser: Eraser; transcripts: TranscriptStore; close(): Promise<void> } => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  let opened: Promise<Store> | undefined;
  const store = (): Promise<Store> => {
    opened ??= openStore({ url: databaseUrl, logger });
    return opened;
  };
  const transcripts = createTranscriptStore({
    tasksDir,
    record: {
      read: async (id) => (await store()).transcripts.read(id),
      change: async (id, choose) => (await store()).transcripts.change(id, choose),
      unversioned: async (page) => (await store()).transcripts.unversioned(page),
    },
  });
  const eraser = createEraser({
    store,
    pipeline: {
      erase: async ({ tasks }) => {
        for (const id of tasks) {
          await pipeline().cancel(id);
          await taskFolder(tasksDir, id).destroy();
        }
        return true;
      },
    },
    analytics: null,
    spoolDir: `${tasksDir}/spool`,
    results: null,
    keep: () => 604_800,
    logger,
  });
  return {
    eraser,
    transcripts,
    close: async () => {
      await eraser.close();
      await (await opened)?.close();
    },
  };
};
