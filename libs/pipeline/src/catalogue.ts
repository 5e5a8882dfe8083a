import { stages, taskErrorCodes, taskIdSchema, taskSchema, taskStateSchema } from '@whisper-bot/task';
import type { JobsOptions, WorkerOptions } from 'bullmq';
import { z } from 'zod';

/**
 * Every payload: a job carries ids, never audio or transcripts. Defaults stand for what older producers did not send
 * and unknown fields of newer ones are dropped, so that old and new payloads are both understood.
 */
const ofTask = z.object({
  v: z.number().int().min(1).default(1),
  taskId: taskIdSchema,
  /** Counts up with each revision, from 1. */
  revision: z.number().int().min(1).default(1),
});

const chunksOfTask = ofTask.extend({ /** How many chunks the speech was cut into. */ chunks: z.number().int().min(0) });
const chunkOfTask = chunksOfTask.extend({ /** Which of them, from 0. */ chunk: z.number().int().min(0) });

const failure = z.object({
  code: z.enum(taskErrorCodes).catch('internal'),
  /** The user's sentence. */
  message: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  /** The operator's detail. */
  cause: z.string().default(''),
  stack: z.string().default(''),
});
export const failureSchema = failure;
export type Failure = z.infer<typeof failure>;

const delivery = z.preprocess(
  // Before failures were delivered, a payload had no kind: it was a result.
  (value) => (typeof value === 'object' && value !== null && !('kind' in value) ? { ...value, kind: 'result' } : value),
  z.discriminatedUnion('kind', [
    ofTask.extend({ kind: z.literal('result') }),
    // Carries the task itself: a failure must be delivered even where the folder is gone.
    ofTask.extend({ kind: z.literal('failure'), task: taskSchema, stage: z.enum(stages), failure }),
  ]),
);

const deadLetter = ofTask.extend({
  queue: z.string(),
  /** The failed job in that queue. */
  jobId: z.string(),
  stage: z.enum(stages),
  failure,
  attempts: z.number().int(),
  /** Unix milliseconds; tells two failures of the same job apart. */
  failedAt: z.number(),
});

const notice = ofTask.extend({ event: z.enum(['completed', 'failed']) });

const edit = ofTask.extend({ /** Counts the edits of the revision, from 1. */ edit: z.number().int().min(1) });

const record = z.object({
  v: z.number().int().min(1).default(1),
  change: z.object({
    taskId: taskIdSchema,
    state: taskStateSchema,
    at: z.number(),
    cause: z.string().optional(),
    code: z.enum(taskErrorCodes).optional(),
    stage: z.enum(stages).optional(),
  }),
});

interface Entry {
  schema: z.ZodType;
  job: Pick<JobsOptions, 'attempts' | 'removeOnComplete' | 'removeOnFail'>;
  worker: Pick<WorkerOptions, 'concurrency' | 'maxStalledCount'>;
}

const day = 24 * 3600;
// Finished jobs are kept a while: their ids are what makes a second submission the same task.
const kept = {
  attempts: 3,
  removeOnComplete: { age: day, count: 20_000 },
  removeOnFail: { age: 30 * day, count: 10_000 },
};
// Stalls do not count as attempts: a job that takes its worker down with it is given up at the third crash.
const staged = { concurrency: 1, maxStalledCount: 2 };
const delivering = { schema: delivery, job: kept, worker: { concurrency: 8, maxStalledCount: 2 } } as const;

/** Every queue: what its jobs carry and how they are run. Handlers are typed by it, so that a missing one does not compile. */
export const catalogue = {
  prepare: { schema: ofTask, job: kept, worker: { ...staged, concurrency: 2 } },
  diarize: { schema: ofTask, job: kept, worker: staged },
  transcribe: { schema: chunkOfTask, job: kept, worker: staged },
  merge: { schema: chunksOfTask, job: kept, worker: { ...staged, concurrency: 4 } },
  'deliver-folder': delivering,
  'deliver-telegram': delivering,
  'deliver-stream': delivering,
  dead: {
    schema: deadLetter,
    job: { attempts: 1, removeOnComplete: true, removeOnFail: { age: 30 * day, count: 10_000 } },
    worker: { concurrency: 4, maxStalledCount: 2 },
  },
  // With the delays doubling from 2 s, thirteen attempts last two to three hours: a receiver may be away that long.
  webhook: { schema: notice, job: { ...kept, attempts: 13 }, worker: { concurrency: 16, maxStalledCount: 5 } },
  // A transcript that people have been shown in Telegram was edited elsewhere. What it says now is read when it is shown.
  edit: {
    schema: edit,
    job: { attempts: 3, removeOnComplete: true, removeOnFail: { age: day, count: 1000 } },
    worker: { concurrency: 4, maxStalledCount: 5 },
  },
  // One at a time keeps the changes in order; its handler is retried in place while the record is away, and what the record
  // refuses stays as a failed job.
  record: {
    schema: record,
    job: { attempts: 1, removeOnComplete: { age: day, count: 1000 }, removeOnFail: { age: 30 * day } },
    worker: { concurrency: 1, maxStalledCount: 1_000_000 },
  },
  maintenance: {
    schema: z.object({ v: z.number().default(1) }),
    job: { attempts: 1, removeOnComplete: { age: day, count: 20 }, removeOnFail: { age: 30 * day, count: 50 } },
    worker: { concurrency: 1, maxStalledCount: 2 },
  },
} as const satisfies Record<string, Entry>;

export type Catalogue = typeof catalogue;
export type QueueName = keyof Catalogue;
/** What every job of a task says. */
export type OfTask = z.infer<typeof ofTask>;
export const ofTaskSchema = ofTask;
export type Payload<K extends QueueName> = z.infer<Catalogue[K]['schema']>;
export const queueNames = Object.keys(catalogue) as QueueName[];

/** The queues whose jobs are a stage of a task, worked by apps/worker. */
export const workQueues = ['prepare', 'diarize', 'transcribe', 'merge'] as const satisfies readonly QueueName[];
export type WorkQueue = (typeof workQueues)[number];
export const deliverQueues = [
  'deliver-folder',
  'deliver-telegram',
  'deliver-stream',
] as const satisfies readonly QueueName[];
export type DeliverQueue = (typeof deliverQueues)[number];

/** `transcribe-3`, `merge`, …: what a job is called within its task and revision. */
export type Part = 'prepare' | 'diarize' | `transcribe-${number}` | 'merge' | 'deliver';
export const jobId = (taskId: string, part: Part | 'failure', revision: number): string =>
  `${taskId}-${part}-r${revision}`;
