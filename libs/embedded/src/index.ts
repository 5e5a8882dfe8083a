export { keepClickHouse } from './clickhouse/keep.js';
export { whyNoEmbeddedClickHouse } from './clickhouse/library.js';
export { type EmbeddedClickHouse, startEmbeddedClickHouse } from './clickhouse/server.js';
export { createPortStore } from './place/port-store.js';
export { stablePort } from './place/stable-port.js';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './postgres/server.js';
export { startEmbeddedRedis } from './redis/server.js';
