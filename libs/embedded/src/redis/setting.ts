import type { Access } from '../place/access.js';

export interface RedisSettings extends Access {
  /** Where it keeps its append-only file. */
  folder: string;
  /** When writes reach the disk. */
  fsync: 'everysec' | 'always';
}

/** A configuration for standard input (`redis-server -`): arguments can be read by everyone. An empty password: none is asked for. */
export const redisSettings = ({ folder, port, password, fsync }: RedisSettings): string =>
  [
    'bind 127.0.0.1',
    `port ${port}`,
    ...(password === '' ? [] : [`requirepass ${password}`]),
    `dir ${JSON.stringify(folder)}`,
    'appendonly yes',
    `appendfsync ${fsync}`,
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    '',
  ].join('\n');
