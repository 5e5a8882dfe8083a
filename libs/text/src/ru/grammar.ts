import { createGrammar } from '../value.js';

/** `plural(count, 'задача', 'задачи', 'задач')`. */
export const { say, plural } = createGrammar('ru', ['one', 'few', 'many']);
