export { type AssembleOptions, assemble, type Installation, keepRecord } from './assemble.js';
export type { StoreOpener } from './store-opener.js';
