import { resilientRedis } from '@whisper-bot/runtime';
import { Redis } from 'ioredis';

/** Names of the plan's streams; a prefix lets several installations share one Redis. */
export const streamNames = (prefix = '') => ({
  tasks: `${prefix}transcribe:tasks`,
  results: `${prefix}transcribe:results`,
  dead: `${prefix}transcribe:dead`,
  result: (taskId: string) => `${prefix}result:${taskId}`,
  /** The marks of what was sent; the stored name is older than this one. */
  sent: (taskId: string) => `${prefix}transcribe:told:${taskId}`,
  attempts: (entry: string) => `${prefix}transcribe:attempts:${entry}`,
  /** Which process each consumer of the tasks is. */
  consumers: `${prefix}transcribe:consumers`,
});
export type StreamNames = ReturnType<typeof streamNames>;

/** The plan's consumer group. */
export const group = 'transcribe-workers';

/** Opens a connection that waits through outages, with the gateway's scripts. */
export const openStreams = (url: string, onError: (error: Error) => void): Streams => {
  const redis = new Redis(url, { ...resilientRedis, maxRetriesPerRequest: null });
  redis.on('error', onError);
  for (const [name, script] of Object.entries(scripts)) redis.defineCommand(name, script);
  return redis as Streams;
};

/** ioredis with the scripts below. */
export interface Streams extends Redis {
  writeResult(
    results: string,
    result: string,
    sent: string,
    payload: string,
    mark: string,
    ttlSeconds: number,
  ): Promise<0 | 1>;
  trimRead(stream: string, olderThanMs: number): Promise<number>;
  renewEntries(stream: string, group: string, consumer: string, ...ids: string[]): Promise<number>;
  takeEntries(
    stream: string,
    group: string,
    from: string,
    to: string,
    first: string,
    last: string,
    count: number,
  ): Promise<[id: string, fields: string[]][]>;
}

const scripts = {
  /** Writes a result to both places once: a delivery repeated after a crash finds its mark and writes nothing. */
  writeResult: {
    numberOfKeys: 3,
    lua: `if redis.call('SADD', KEYS[3], ARGV[2]) == 0 then return 0 end
redis.call('EXPIRE', KEYS[3], ARGV[3])
redis.call('XADD', KEYS[1], '*', 'payload', ARGV[1])
redis.call('XADD', KEYS[2], '*', 'payload', ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1`,
  },
  /**
   * Says that a consumer still has these entries in hand, as far as they are still its own: their idle time starts over and
   * their deliveries count up. Returns how many are.
   */
  renewEntries: {
    numberOfKeys: 1,
    lua: `local own = 0
for at = 3, #ARGV do
  local id = ARGV[at]
  if #redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1, ARGV[2]) > 0 then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id)
    own = own + 1
  end
end
return own`,
  },
  /**
   * Gives entries from one consumer to another, at most so many of a range, as far as they are still the first one's: of several that
   * take over at once each entry has one taker. Those whose text was trimmed away are dropped.
   */
  takeEntries: {
    numberOfKeys: 1,
    lua: `local taken = {}
for _, pending in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[4], ARGV[5], ARGV[6], ARGV[2])) do
  local entry = redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[3], 0, pending[1])[1]
  if entry then taken[#taken + 1] = entry else redis.call('XACK', KEYS[1], ARGV[1], pending[1]) end
end
return taken`,
  },
  /**
   * Removes what every group has read and acknowledged and, where there is no group, what is older than a bound: an
   * entry someone has yet to read or acknowledge stays. Returns how many went.
   */
  trimRead: {
    numberOfKeys: 1,
    lua: `if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local function before(a, b)
  local ams, aseq = parts(a)
  local bms, bseq = parts(b)
  return ams < bms or (ams == bms and aseq < bseq)
end
local groups = redis.call('XINFO', 'GROUPS', KEYS[1])
if #groups == 0 then
  local now = redis.call('TIME')
  return redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f', now[1] * 1000 - ARGV[1]) .. '-0')
end
local keep = nil
for _, info in ipairs(groups) do
  local name, first = nil, nil
  for at = 1, #info, 2 do
    if info[at] == 'name' then name = info[at + 1] end
    if info[at] == 'last-delivered-id' then first = info[at + 1] end
  end
  local pending = redis.call('XPENDING', KEYS[1], name)
  if pending[1] > 0 then first = pending[2] end
  if keep == nil or before(first, keep) then keep = first end
end
return redis.call('XTRIM', KEYS[1], 'MINID', keep)`,
  },
} as const;

/** Redis sends an object as names and values in turn. */
export const pairs = (flat: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[String(name), flat[at + 1]]] : [])));
