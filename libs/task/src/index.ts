export { artifacts, isDecodedAudio, staleFrom } from './artifact/catalogue.js';
export { findFile, placeFile } from './artifact/place.js';
export { latestRevision, readTask, taskFile } from './artifact/request.js';
export { isSourceName, sourceName } from './artifact/source.js';
export { type StoredTranscript, versionText } from './artifact/transcript-file.js';
export { readRevision, readTranscript, writeResult } from './artifact/transcript-folder.js';
export {
  createTranscriptStore,
  type TranscriptRecord,
  type TranscriptStore,
  type VersionedTranscript,
} from './artifact/transcript-store.js';
export type { EndedTask } from './ended.js';
export * from './error.js';
export * from './folder.js';
export * from './language.js';
export { readShippedModels } from './shipped-model.js';
export { transitionsInLua } from './state/lua.js';
export {
  isAbandoned,
  isFinal,
  mayMove,
  openStates,
  rankOf,
  type TaskState,
  taskStateSchema,
  taskStates,
} from './state/transition.js';
export * from './task.js';
export { cleanText, cutText, isCleanText } from './text.js';
