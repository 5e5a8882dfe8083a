import type { DeliveryHandler, Notice } from '../contract.js';

/**
 * The channel `folder`: who asked reads the transcript in the task folder, or the failure in the task's progress. Who asked to
 * be called back gets a notice, which a process of its own sends.
 */
export const createDeliverFolder =
  ({ notify }: { notify(notice: Notice): Promise<void> }): DeliveryHandler =>
  async ({ kind, task, revision }) => {
    if (task.origin.webhook === undefined) return;
    await notify({ taskId: task.id, event: kind === 'result' ? 'completed' : 'failed', revision });
  };
