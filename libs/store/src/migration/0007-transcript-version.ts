import { step } from './step.js';

/** Which state of its task's transcript a result is; null in those saved before, which the time they were saved at orders. */
export default step(
  'alter table result add column revision integer, add column edit integer',
  'create index result_unversioned on result (task_id) where revision is null',
);
