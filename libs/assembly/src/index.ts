export { type AssembleOptions, assemble, type Installation, keepRecord, watchProcess } from './assemble.js';
export { createEraser, type Eraser, type EraserDeps } from './erasure/eraser.js';
export { type Rules, type Settings, settingSchemas } from './setting.js';
export type { StoreOpener } from './store-opener.js';
