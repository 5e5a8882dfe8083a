import { every } from '@whisper-bot/runtime';
import { taskIdSchema } from '@whisper-bot/task';
import { type WorkQueue, workQueues } from '../catalogue.js';
import type { PipelineContext } from '../context.js';
import { serveDead } from '../delivery/deliver.js';
import { expireJobs } from '../maintenance/expire.js';
import { prune } from '../maintenance/pruner.js';
import { rescue } from '../maintenance/rescuer.js';
import { type Served, type ServeOptions, serveQueue } from '../queue/serve.js';
import { jobOptions } from '../redis/connection.js';
import { cancelledError, type StageHandlers, serveStage } from '../stage/stage.js';
import { cancelChannel } from '../state/task-state.js';
import { beat } from './heartbeat.js';

export interface WorkOptions extends Pick<ServeOptions, 'lockDuration' | 'name'> {
  /** Jobs of one stage this process runs at once. */
  concurrency?: Partial<Record<WorkQueue, number>>;
  /** The model this process is ready for, for the operators' list of workers. */
  model?: string;
  /** Milliseconds between two sweeps of the task folders, by all workers together. */
  cleanInterval?: number;
}

/** A process working the stages, the dead letters and the maintenance. */
export interface Work {
  /** Takes nothing more, waits up to `grace` milliseconds for what runs, then puts it back. */
  close(grace?: number): Promise<void>;
}

/** Works every stage in this process; may run in any number of processes on any number of machines. */
export const work = async (
  context: PipelineContext,
  handlers: StageHandlers,
  options: WorkOptions = {},
): Promise<Work> => {
  const { connection, log } = context;
  const { concurrency = {}, cleanInterval = 60_000, model = '', ...shared } = options;
  const stage = <K extends WorkQueue>(name: K): Served => {
    const own = concurrency[name];
    return serveStage(context, name, handlers[name], { ...shared, ...(own === undefined ? {} : { concurrency: own }) });
  };
  const stages = workQueues.map((name) => stage(name));
  const maintenance = serveQueue(
    context,
    'maintenance',
    async () => {
      await rescue(context);
      await prune(context);
      await expireJobs(context);
    },
    shared,
  );
  const others = [serveDead(context, shared), maintenance];
  const heart = beat(connection, {
    name: options.name ?? 'worker',
    model,
    running: () =>
      stages.flatMap((served) =>
        served.running().map((job) => ({ queue: job.queueName, taskId: String(job.data.taskId) })),
      ),
  });

  // A missed message does no harm: a running job also asks with each report.
  const cancelled = connection.subscriber();
  cancelled.on('message', (_channel: string, text: string) => {
    const id = taskIdSchema.safeParse(text);
    if (!id.success) return;
    for (const served of stages) served.abort((job) => job.data.taskId === id.data, cancelledError());
  });
  await cancelled.subscribe(cancelChannel(connection));
  await scheduleSweep(context, cleanInterval);
  const sweeping = every(
    cleanInterval,
    () => keepSweeping(context, cleanInterval),
    (error) => log.warn({ err: error }, 'sweep scheduling failed: retrying'),
  );

  // Besides the scheduler: its clock may have been set back, and this must not wait for it.
  const rescuing = every(
    options.lockDuration ?? 20_000,
    () => rescue(context),
    (error) => log.warn({ err: error }, 'rescue failed: retrying'),
  );
  return {
    close: async (grace = 0) => {
      void rescuing.stop();
      void sweeping.stop();
      await heart.close();
      await Promise.all([...stages, ...others].map((served) => served.close(grace)));
      cancelled.disconnect();
    },
  };
};

const scheduleSweep = async ({ connection }: PipelineContext, every: number): Promise<void> => {
  const opts = jobOptions('maintenance', connection.options);
  await connection.queue('maintenance').upsertJobScheduler('sweep', { every }, { name: 'sweep', data: { v: 1 }, opts });
};

/**
 * Schedules the sweep again where it is gone, because Redis was emptied, or not soon, because a clock was set back or ahead: otherwise
 * nothing would be cleared away until a worker starts, or for the hours by which the clock is off.
 */
const keepSweeping = async (context: PipelineContext, every: number): Promise<void> => {
  const queue = context.connection.queue('maintenance');
  const known = await queue.getJobScheduler('sweep');
  if (known !== undefined && Math.abs((known.next ?? 0) - Date.now()) < 3 * every) return;
  if (known !== undefined) await queue.removeJobScheduler('sweep');
  await scheduleSweep(context, every);
};
