import { jobOptions } from './connection.js';
import type { PipelineContext } from './context.js';
import type { StateChange } from './contract.js';

/** Sends a change of state to the record; `once` names it, so that telling it twice is telling it once. */
export const recordChange = async (
  context: PipelineContext,
  change: StateChange,
  once: string,
  patience: 'patient' | 'hasty' = 'patient',
): Promise<void> => {
  if (!context.record) return;
  await context.connection
    .queue('record', patience)
    .add(
      change.state,
      { v: 1, change },
      { ...jobOptions('record', context.connection.options), jobId: `${change.taskId}-${change.state}-${once}` },
    );
};
