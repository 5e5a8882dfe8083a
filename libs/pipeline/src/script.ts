import type { Redis } from 'ioredis';

/**
 * What must be one step in Redis. A task's live state is a hash `{prefix}:task:{id}`:
 * `state revision percent stage at`, `w:{part}` expected seconds of work, `f:{part}` done fraction 0–1,
 * `total` and `sum` of that work, `failed:{part}` for parts that failed for good.
 */
const rank = `
local rank = { accepted = 1, preparing = 2, running = 3, delivering = 4, done = 5, failed = 5, cancelled = 6 }
local order = { prepare = 1, transcribe = 2, diarize = 3, merge = 4, deliver = 5 }
local function publish(key, channel)
  local v = redis.call('HMGET', key, 'id', 'state', 'stage', 'percent', 'left', 'at', 'why')
  local why = nil
  if v[2] == 'failed' and v[7] and v[7] ~= '' then why = cjson.decode(v[7]) end
  redis.call('PUBLISH', channel, cjson.encode({ taskId = v[1], state = v[2], stage = v[3] or cjson.null,
    percent = tonumber(v[4] or 0), secondsLeft = tonumber(v[5] or '') or cjson.null, position = cjson.null, at = tonumber(v[6] or 0), failure = why }))
end
`;

/**
 * Start-time fair queuing (Goyal, Vin, Cheng 1996): a job's start tag is max(virtual time, the owner's last finish
 * tag), its finish tag is start + cost; jobs run by start tag. The virtual time is the start tag last taken into service.
 * KEYS clock, waiting sets…; ARGV owner, highest tag, costs…; returns the tags.
 */
const tag = `
local clock = KEYS[1]
local idle = true
for i = 2, #KEYS do if redis.call('EXISTS', KEYS[i]) == 1 then idle = false end end
if idle then redis.call('DEL', clock) end
local now = tonumber(redis.call('HGET', clock, 'now') or 0)
local finish = math.max(now, tonumber(redis.call('HGET', clock, 'o:' .. ARGV[1]) or 0))
local tags = {}
for i = 3, #ARGV do
  tags[#tags + 1] = math.min(math.floor(finish) + 1, tonumber(ARGV[2]))
  finish = finish + tonumber(ARGV[i])
end
redis.call('HSET', clock, 'o:' .. ARGV[1], finish, 'now', now)
redis.call('EXPIRE', clock, 86400)
return tags
`;

/** KEYS task; ARGV id, now, ttl, channel, revision, anew, task as JSON. Opens a task once, or anew for a revision; returns {opened, state, revision}. */
const open = `${rank}
local state = redis.call('HGET', KEYS[1], 'state')
if ARGV[6] == '0' and state then return { 0, state, tonumber(redis.call('HGET', KEYS[1], 'revision')) } end
local revision = tonumber(ARGV[5])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'state', 'accepted', 'revision', revision, 'percent', 0, 'at', ARGV[2], 'task', ARGV[7])
redis.call('EXPIRE', KEYS[1], ARGV[3])
publish(KEYS[1], ARGV[4])
return { 1, 'accepted', revision }
`;

/** KEYS task; ARGV now, chunks, then part and its seconds of work, …. The plan is known: percent can be told. */
const plan = `
local key = KEYS[1]
local total = 0
local sum = 0
for i = 3, #ARGV, 2 do
  local weight = tonumber(ARGV[i + 1])
  local done = tonumber(redis.call('HGET', key, 'f:' .. ARGV[i]) or 0)
  if ARGV[i] == 'prepare' then done = 1 end
  redis.call('HSET', key, 'w:' .. ARGV[i], weight, 'f:' .. ARGV[i], done)
  total = total + weight
  sum = sum + weight * done
end
redis.call('HSET', key, 'total', total, 'sum', sum, 'base', sum, 'since', ARGV[1], 'chunks', ARGV[2])
return 1
`;

/**
 * KEYS task, clock; ARGV id, revision, now, part, stage, fraction, state, tag, channel, starting. One report of a running job.
 * Returns {state, changed, resumed}: whether the task's state moved on with it, and whether it had failed before.
 */
const report = `${rank}
local key = KEYS[1]
local v = redis.call('HMGET', key, 'state', 'revision', 'percent', 'w:' .. ARGV[4], 'f:' .. ARGV[4], 'sum', 'total', 'base', 'since', 'stage')
if tonumber(ARGV[8]) > tonumber(redis.call('HGET', KEYS[2], 'now') or 0) and ARGV[8] ~= '0' then
  redis.call('HSET', KEYS[2], 'now', ARGV[8])
end
local state = v[1]
if not state then
  state = 'accepted'
  redis.call('HSET', key, 'id', ARGV[1], 'state', state, 'revision', ARGV[2], 'percent', 0)
  redis.call('EXPIRE', key, 604800)
end
if state == 'cancelled' then return { state, 0, 0 } end
if v[2] and v[2] ~= ARGV[2] then return { state, 0, 0 } end
local resumed = 0
if ARGV[10] == '1' then
  redis.call('HDEL', key, 'failure:' .. ARGV[4])
  resumed = redis.call('HDEL', key, 'failed:' .. ARGV[4])
end
local changed = 0
local wanted = ARGV[7]
if wanted ~= '' and ((resumed == 1 and state == 'failed') or (rank[wanted] > rank[state] and state ~= 'failed')) then
  state = wanted
  changed = 1
end
local fraction = math.max(tonumber(ARGV[6]), tonumber(v[5] or 0))
local percent = tonumber(v[3] or 0)
local total = tonumber(v[7] or 0)
local left = ''
if total > 0 and v[4] then
  local sum = tonumber(v[6]) + tonumber(v[4]) * (fraction - tonumber(v[5] or 0))
  redis.call('HSET', key, 'sum', sum, 'f:' .. ARGV[4], fraction)
  percent = math.max(percent, math.min(99, math.floor(1000 * sum / total) / 10))
  local worked = sum - tonumber(v[8] or 0)
  local elapsed = (tonumber(ARGV[3]) - tonumber(v[9] or ARGV[3])) / 1000
  local speed = 1
  if elapsed > 3 and worked > 0.02 * total then speed = worked / elapsed end
  left = math.ceil(math.max(0, total - sum) / speed)
elseif ARGV[4] == 'prepare' then
  percent = math.max(percent, math.floor(30 * fraction) / 10)
end
redis.call('HSET', key, 'state', state, 'percent', tostring(percent), 'left', left, 'at', ARGV[3])
if not v[10] or changed == 1 or (order[v[10]] or 0) < order[ARGV[5]] then redis.call('HSET', key, 'stage', ARGV[5]) end
publish(key, ARGV[9])
return { state, changed, resumed }
`;

/** KEYS task; ARGV now, state, part, revision, channel, ttl, failure as JSON. Ends a task; returns 1 where that changed it. */
const finish = `${rank}
local key = KEYS[1]
local v = redis.call('HMGET', key, 'state', 'revision')
local state = v[1]
if not state or state == 'cancelled' then return 0 end
if v[2] ~= ARGV[4] then return 0 end
if ARGV[2] == 'failed' or ARGV[2] == 'degraded' then
  redis.call('HSET', key, 'failed:' .. ARGV[3], 1)
  if ARGV[2] == 'degraded' or state == 'done' then return 0 end
end
if ARGV[2] == 'cancelled' and (state == 'done' or state == 'failed') then return 0 end
redis.call('HSET', key, 'state', ARGV[2], 'at', ARGV[1], 'left', '', 'why', ARGV[7])
if ARGV[2] == 'done' then redis.call('HSET', key, 'percent', 100) end
redis.call('EXPIRE', key, ARGV[6])
publish(key, ARGV[5])
return state == ARGV[2] and 0 or 1
`;

/** KEYS rates; ARGV field, value. Moving average with a memory of about five. */
const average = `
local old = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or ARGV[2])
redis.call('HSET', KEYS[1], ARGV[1], tostring(old * 0.8 + tonumber(ARGV[2]) * 0.2))
return 1
`;

type Answer<T> = (...args: (string | number)[]) => Promise<T>;

/** A client that knows our scripts. The first argument of `tagJobs` is the number of keys. */
export type ScriptedRedis = Redis & {
  tagJobs: Answer<number[]>;
  openTask: Answer<[opened: number, state: string, revision: number]>;
  planTask: Answer<number>;
  reportTask: Answer<[state: string, changed: number, resumed: number]>;
  finishTask: Answer<number>;
  averageRate: Answer<number>;
};

/** Teaches a client the scripts: sent once, called by digest from then on. */
export const defineScripts = (client: Redis): ScriptedRedis => {
  client.defineCommand('tagJobs', { lua: tag });
  client.defineCommand('openTask', { numberOfKeys: 1, lua: open });
  client.defineCommand('planTask', { numberOfKeys: 1, lua: plan });
  client.defineCommand('reportTask', { numberOfKeys: 2, lua: report });
  client.defineCommand('finishTask', { numberOfKeys: 1, lua: finish });
  client.defineCommand('averageRate', { numberOfKeys: 1, lua: average });
  return client as ScriptedRedis;
};
