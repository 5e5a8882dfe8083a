import { step } from './step.js';

/**
 * What only Redis knew: which edits the chat shows (`shown_…`: the newest state it shows after an edit), and in which stage a task failed.
 * What was edited before this step counts as shown.
 */
export default step(
  'alter table result add column shown_revision integer, add column shown_edit integer',
  'update result set shown_revision = revision, shown_edit = edit where edit > 0',
  `create index result_unshown on result (saved_at, task_id)
     where edit > 0 and (shown_edit is null or (shown_revision, shown_edit) < (revision, edit))`,
  'alter table task add column stage text',
);
