import { step } from './step.js';

/**
 * Whether who asked to be called back was called: the queue of the calls is in Redis alone. What ended before this step was called
 * by a version that did not write it down.
 */
export default step(
  'alter table task add column notified_at timestamptz',
  `update task set notified_at = changed_at where state in ('done', 'failed') and body->'origin' ? 'webhook'`,
  `create index task_unnotified on task (changed_at, id)
     where notified_at is null and state in ('done', 'failed') and body->'origin' ? 'webhook'`,
);
