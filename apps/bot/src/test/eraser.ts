import { createEraser, type Eraser } from '@whisper-bot/assembly';
import type { Pipeline } from '@whisper-bot/pipeline';
import { createLogger } from '@whisper-bot/runtime';
import { openStore, type Store } from '@whisper-bot/store';
import { taskFolder } from '@whisper-bot/task';

/** The product's eraser over the stand-in for the pipeline: PostgreSQL and the folders are real. */
export const createTestEraser = (
  pipeline: () => Pick<Pipeline, 'cancel'>,
  { databaseUrl, tasksDir }: { databaseUrl: string; tasksDir: string },
): { eraser: Eraser; close(): Promise<void> } => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  let opened: Promise<Store> | undefined;
  const eraser = createEraser({
    store: () => {
      opened ??= openStore({ url: databaseUrl, logger });
      return opened;
    },
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
    close: async () => {
      await eraser.close();
      await (await opened)?.close();
    },
  };
};
