import type { Stage, Task } from './task.js';

/** How a task ended, as the record has it. */
export interface EndedTask {
  /** As it was accepted. */
  task: Task;
  state: 'done' | 'failed';
  /** Unix milliseconds. */
  at: number;
  /** Operator's words, as in the change that ended it. */
  cause: string | null;
  /** Where it failed; null where that is not known. */
  stage: Stage | null;
  /** Whether its sender has not been notified yet, as far as the record knows. */
  unreported: boolean;
}
