export { type KeptClickHouse, keepClickHouse } from './clickhouse/keep.js';
export { whyNoEmbeddedClickHouse } from './clickhouse/library.js';
export {
  type EmbeddedClickHouse,
  type EmbeddedClickHouseOptions,
  startEmbeddedClickHouse,
} from './clickhouse/server.js';
export { createPortStore } from './place/port-store.js';
export { stablePort } from './place/stable-port.js';
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './postgres/server.js';
export { type EmbeddedRedis, type EmbeddedRedisOptions, startEmbeddedRedis } from './redis/server.js';
