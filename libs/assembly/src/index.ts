export { type AssembleOptions, assemble, type Installation, keepRecord, watchProcess } from './assemble.js';
export type { StoreOpener } from './store-opener.js';
