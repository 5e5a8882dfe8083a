export { assemble, type Installation, keepRecord, watchProcess } from './assemble.js';
export { createEraser, type Eraser } from './erasure/eraser.js';
export { type Rules, type Settings, settingSchemas } from './setting.js';
