import type { PipelineContext } from '../context.js';
import type { StateChange } from '../contract.js';
import { jobOptions } from '../redis/connection.js';

/** Sends a change of state to the record; `once` names it, so that sending it twice counts once. */
export const recordChange = async (
  context: PipelineContext,
  change: StateChange,
  once: string,
  mode: 'blocking' | 'failFast' = 'blocking',
): Promise<void> => {
  if (!context.record) return;
  await context.connection
    .queue('record', mode)
    .add(
      change.state,
      { v: 1, change },
      { ...jobOptions('record', context.connection.options), jobId: `${change.taskId}-${change.state}-${once}` },
    );
};
