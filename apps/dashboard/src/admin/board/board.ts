import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { type QueueName, queueNames, type WorkerPipeline } from '@whisper-bot/pipeline';
import type { Application } from 'express';
import { redact } from './redact.js';

/** What each queue is for, shown above its jobs. */
const descriptions: Record<QueueName, string> = {
  prepare: 'Decodes the recording, finds speech, cuts it into chunks; then adds the rest of the flow.',
  diarize: 'Tells the speakers apart. Where it fails for good, the text goes out without speakers.',
  transcribe: 'Turns one chunk of speech into words. One job a chunk, spread over all workers.',
  merge: 'Joins words and speakers into the transcript. Waits for all its children.',
  'deliver-folder': 'Ends tasks of the dashboard, the HTTP API and the command line.',
  'deliver-telegram': 'Sends results and failures to Telegram; worked by the bot.',
  'deliver-stream': 'Writes results to the Redis stream; worked by the gateway.',
  dead: 'Jobs that have failed for good. Retrying one here retries the job that failed and ends in a delivery.',
  webhook: 'Calls back who asked for it when a task has ended; worked by the dashboard, tried for hours.',
  edit: 'Shows in Telegram what was edited elsewhere; worked by the bot.',
  record: 'Changes of state on their way into the database.',
  maintenance: 'Prunes task folders and repairs what a crash left behind.',
};

/** Bull Board over all queues: its Express application, behind whatever guards stand in front. */
export const createBoard = (pipeline: WorkerPipeline, basePath: string): Application => {
  const server = new ExpressAdapter().setBasePath(basePath);
  const queues = queueNames.map((name) => {
    const adapter = new BullMQAdapter(pipeline.queue(name), {
      description: descriptions[name],
      externalJobUrl: ({ data }) => {
        const id = (data as { taskId?: string; change?: { taskId?: string } } | null)?.taskId ?? data?.change?.taskId;
        return id === undefined ? { displayText: '', href: '/tasks' } : { displayText: 'Task', href: `/tasks/${id}` };
      },
    });
    adapter.setFormatter('data', redact);
    adapter.setFormatter('returnValue', redact);
    return adapter;
  });
  createBullBoard({
    queues,
    serverAdapter: server,
    options: {
      uiConfig: {
        boardTitle: 'whisper-bot queues',
        hideDocsLink: true,
        miscLinks: [{ text: '← whisper-bot', url: '/' }],
        pollingInterval: { showSetting: true },
      },
    },
  });
  const app = server.getRouter() as Application;
  app.disable('x-powered-by');
  withoutStrangers(app);
  return app;
};

/** Bull Board's page asks another host for its fonts and styles itself inline: both are taken out before it is sent. */
const withoutStrangers = (app: Application): void => {
  const engines = (app as unknown as { engines: Record<string, Engine> }).engines;
  const original = engines['.ejs'];
  if (original === undefined) throw new Error('Bull Board has no template engine any more.');
  app.engine('ejs', (path, options, done) => {
    original(path, options, (error, page) => {
      done(error, page?.replace(/<link href="https:[^>]*>/g, '').replace(/<div style[\s\S]*<\/style>/, ''));
    });
  });
};

type Engine = (path: string, options: object, done: (error: unknown, page?: string) => void) => void;
