import { step } from './step.js';

/** Attempts that count no more are found by their time, whoever made them. */
export default step('create index attempt_at on attempt (at)');
