export * from './error.js';
export * from './task.js';
