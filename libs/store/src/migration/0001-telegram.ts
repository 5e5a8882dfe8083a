import { telegramSchema } from '../telegram/schema.js';
import { step } from './step.js';

/** What the bot keeps: inbox, messages to send, requests, preferences, limits, usage. */
export default step(telegramSchema);
