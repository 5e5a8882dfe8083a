import type { Task } from '@whisper-bot/task';
import type { FlowJob } from 'bullmq';
import { type DeliverQueue, jobId, type Part, type QueueName } from './catalogue.js';
import { jobOptions } from './connection.js';
import type { PipelineContext } from './context.js';
import { liveKey, tagJobs } from './live.js';

/** What preparing found out: the work ahead. */
export interface Planned {
  /** Seconds of the recording. */
  duration: number;
  /** Seconds of speech in each chunk, in order; empty where nobody speaks. */
  chunks: readonly number[];
}

/** Seconds of work a second of audio costs, measured as it goes; these are for the first task ever. */
const firstRates = { prepare: 0.01, diarize: 0.03, transcribe: 0.1 };

export type RateName = 'prepare' | 'diarize' | `transcribe:${string}`;
const ratesKey = (context: PipelineContext): string => `${context.connection.options.prefix}:rates`;

/** Queues the stages after `prepare`, all or none: deliver ← merge ← [diarize, transcribe-0 … n]. Adding them again changes nothing. */
export const addFlow = async (
  context: PipelineContext,
  task: Task,
  revision: number,
  planned: Planned,
): Promise<void> => {
  const { connection } = context;
  const diarize = task.options.diarize && planned.chunks.length > 0;
  const tagged = planned.chunks.length === 0 ? [] : tagJobs(connection, 'speech', task.owner, costs(planned));
  const [tags, rates] = await Promise.all([tagged, knownRates(context, task.options.model)]);

  const chunks = planned.chunks.length;
  const node = (queueName: QueueName, part: Part, more: object = {}, data: object = {}): FlowJob => ({
    name: part,
    queueName,
    data: { v: 1, taskId: task.id, revision, ...data },
    opts: { ...jobOptions(queueName, connection.options), jobId: jobId(task.id, part, revision), ...more },
  });
  const children: FlowJob[] = planned.chunks.map((_seconds, chunk) =>
    node('transcribe', `transcribe-${chunk}`, { priority: tags[chunk] ?? 1 }, { chunk, chunks }),
  );
  if (diarize) {
    // Without speakers a text is still worth having: merge goes on and says so.
    children.push(node('diarize', 'diarize', { priority: tags[0] ?? 1, ignoreDependencyOnFailure: true }));
  }
  const deliver: DeliverQueue = `deliver-${task.channel}`;
  const flow: FlowJob = {
    ...node(deliver, 'deliver', {}, { kind: 'result' }),
    children: [{ ...node('merge', 'merge', {}, { chunks }), children }],
  };
  await Promise.all([planWork(context, { task, planned, diarize, rates }), connection.flow.add(flow)]);
};

const costs = (planned: Planned): number[] => planned.chunks.map((seconds) => seconds / 10);

interface Rates {
  prepare: number;
  diarize: number;
  transcribe: number;
}

const knownRates = async (context: PipelineContext, model: string): Promise<Rates> => {
  const names: RateName[] = ['prepare', 'diarize', `transcribe:${model}`];
  const [prepare, diarize, transcribe] = await context.connection.patient.hmget(ratesKey(context), ...names);
  return {
    prepare: Number(prepare ?? firstRates.prepare),
    diarize: Number(diarize ?? firstRates.diarize),
    transcribe: Number(transcribe ?? firstRates.transcribe),
  };
};

const planWork = async (
  context: PipelineContext,
  { task, planned, diarize, rates }: { task: Task; planned: Planned; diarize: boolean; rates: Rates },
): Promise<void> => {
  const weights: [Part, number][] = [
    ['prepare', 0.1 + planned.duration * rates.prepare],
    ...planned.chunks.map((seconds, chunk): [Part, number] => [
      `transcribe-${chunk}`,
      0.1 + seconds * rates.transcribe,
    ]),
    ['merge', 0.1],
    ['deliver', 0.2],
  ];
  if (diarize) weights.push(['diarize', 0.1 + planned.duration * rates.diarize]);
  await context.connection.patient.planTask(
    liveKey(context.connection, task.id),
    Date.now(),
    planned.chunks.length,
    ...weights.flatMap(([part, seconds]) => [part, seconds.toFixed(3)]),
  );
};

/** Remembers how fast a stage was, for estimates. */
export const rememberRate = async (
  context: PipelineContext,
  name: RateName,
  secondsPerSecond: number,
): Promise<void> => {
  await context.connection.patient.averageRate(ratesKey(context), name, secondsPerSecond.toFixed(5));
};
