export * from './error.js';
export * from './folder.js';
export * from './language.js';
export { readShippedModels } from './shipped-model.js';
export * from './task.js';
export { cleanText, cutText, isCleanText } from './text.js';
