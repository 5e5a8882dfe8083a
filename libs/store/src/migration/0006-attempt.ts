import { step } from './step.js';

/** Expired attempts are found by their time. */
export default step('create index attempt_at on attempt (at)');
