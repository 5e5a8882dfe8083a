export { type AnalyticsDatabase, type DatabaseOptions, openAnalytics } from './database.js';
export { type EmbeddedClickHouse, type EmbeddedClickHouseOptions, startEmbeddedClickHouse } from './embedded/server.js';
export { type Figure, type FigureTable, type Message, messageKinds, type TranscribeEvent } from './event.js';
export { failureCauses } from './query/cause.js';
export { popularLanguages, popularModels } from './query/popular.js';
export type { Period, Query } from './query/query.js';
export { realTimeFactors, stageTimes, timeline } from './query/time.js';
export { activeUsers, messagesByKind, volume } from './query/volume.js';
export { createRecorder, type Recorder, type RecorderOptions, type RecorderState } from './recorder.js';
