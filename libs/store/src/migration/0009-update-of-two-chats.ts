import { step } from './step.js';

/** A group that becomes a supergroup has two numbers: the update that reports it keeps its place in the order of both. */
export default step('alter table telegram_update add column other_chat_id bigint');
