import type { Task } from '@whisper-bot/task';
import type { FlowJob } from 'bullmq';
import { type DeliverQueue, jobId, type Part, type QueueName } from '../catalogue.js';
import type { PipelineContext } from '../context.js';
import { jobOptions } from '../redis/connection.js';
import { observeTask } from '../state/event.js';
import { planTask } from '../state/task-state.js';
import type { Rates } from './throughput.js';

/** What preparing found out: the work ahead. */
export interface Planned {
  /** Seconds of the recording. */
  duration: number;
  /** Seconds of speech in each chunk, in order; empty where no one speaks. */
  chunks: readonly number[];
}

/** The run of `prepare` a flow comes from. */
export interface FlowSource {
  task: Task;
  revision: number;
  signal: AbortSignal;
}

/**
 * Queues the stages after `prepare`, all or none: deliver ← merge ← [diarize, transcribe-0 … n]. Adding them again changes
 * nothing. Throws the reason of an abort, and then adds nothing.
 */
export const addFlow = async (
  context: PipelineContext,
  { task, revision, signal }: FlowSource,
  planned: Planned,
): Promise<void> => {
  const { connection } = context;
  const diarize = task.options.diarize && planned.chunks.length > 0;
  const rates = await context.rates.of(task.options.model);
  const tags = await planTask(connection, task, {
    costs: planned.chunks.map((seconds) => seconds / 10),
    parts: expectedWork(planned, diarize, rates),
  });
  // By now the run's first report is answered: what was cancelled meanwhile goes no further.
  signal.throwIfAborted();

  const chunks = planned.chunks.length;
  const node = (queueName: QueueName, part: Part, more: object = {}, data: object = {}): FlowJob => ({
    name: part,
    queueName,
    data: { v: 1, taskId: task.id, revision, ...data },
    opts: { ...jobOptions(queueName, connection.options), jobId: jobId(task.id, part, revision), ...more },
  });
  const children: FlowJob[] = planned.chunks.map((_seconds, chunk) =>
    node('transcribe', `transcribe-${chunk}`, { priority: tags.chunks[chunk] ?? 1 }, { chunk, chunks }),
  );
  if (diarize) {
    // Without speakers a text is still worth having: merge goes on and says so.
    children.push(node('diarize', 'diarize', { priority: tags.diarize, ignoreDependencyOnFailure: true }));
  }
  const deliver: DeliverQueue = `deliver-${task.channel}`;
  const flow: FlowJob = {
    ...node(deliver, 'deliver', {}, { kind: 'result' }),
    children: [{ ...node('merge', 'merge', {}, { chunks }), children }],
  };
  await connection.flow.add(flow);
  for (const chunk of planned.chunks.keys())
    observeTask(context, 'queued', { taskId: task.id, task, stage: 'transcribe', chunk });
  if (diarize) observeTask(context, 'queued', { taskId: task.id, task, stage: 'diarize' });
};

/** Seconds of work in each part, as far as it is known how fast this installation is. */
const expectedWork = (planned: Planned, diarize: boolean, rates: Rates): [Part, number][] => [
  ['prepare', 0.1 + planned.duration * rates.prepare],
  ...planned.chunks.map((seconds, chunk): [Part, number] => [`transcribe-${chunk}`, 0.1 + seconds * rates.transcribe]),
  ...(diarize ? [['diarize', 0.1 + planned.duration * rates.diarize] satisfies [Part, number]] : []),
  ['merge', 0.1],
  ['deliver', 0.2],
];
