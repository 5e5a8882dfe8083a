import { createGrammar } from '../value.js';

/** `plural(count, 'task', 'tasks')`. */
export const { say, plural } = createGrammar('en', ['one', 'other']);
