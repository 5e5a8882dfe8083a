export * from './error.js';
export * from './folder.js';
export * from './task.js';
