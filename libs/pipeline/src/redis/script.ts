import { transitionsInLua } from '@whisper-bot/task';
import type { Redis } from 'ioredis';

/**
 * What must be one step in Redis. A task's live state is a hash `{prefix}:task:{id}`:
 * `state revision percent stage at`, `w:{part}` expected seconds of work, `f:{part}` done fraction 0–1,
 * `total` and `sum` of that work, `failed:{part}` for parts that failed for good. Which state may follow which is the table's to say.
 */
const shared = `
${transitionsInLua()}local order = { prepare = 1, transcribe = 2, diarize = 3, merge = 4, deliver = 5 }
local function publish(channel, id, state, stage, percent, left, at, why)
  redis.call('PUBLISH', channel, cjson.encode({ taskId = id, state = state, stage = stage or cjson.null, percent = percent,
    secondsLeft = left or cjson.null, position = cjson.null, at = tonumber(at), failure = why }))
end
`;

/**
 * Start-time fair queuing (Goyal, Vin, Cheng 1996): a job's start tag is max(virtual time, the owner's last finish
 * tag), its finish tag is start + cost; jobs run by start tag. The virtual time is the start tag last taken into service:
 * of each queue its own, or the faster one's would put a newcomer behind all that waits in the slower. Where nothing
 * waits, time starts over: tags stay small.
 */
const fair = `
local function fair(clock, waiting, owner, highest, costs)
  if redis.call('EXISTS', waiting) == 0 then redis.call('DEL', clock) end
  local v = redis.call('HMGET', clock, 'now', 'o:' .. owner)
  local finish = math.max(tonumber(v[1] or 0), tonumber(v[2] or 0))
  local tags = {}
  for i = 1, #costs do
    tags[i] = math.min(math.floor(finish) + 1, highest)
    finish = finish + costs[i]
  end
  redis.call('HSET', clock, 'o:' .. owner, finish)
  redis.call('EXPIRE', clock, 86400)
  return tags
end
`;

/**
 * KEYS task, clock, waiting set; ARGV id, now, ttl, channel, revision, reopen, task as JSON, owner, highest tag. Opens a
 * task once, or again for a revision; returns {opened, state, revision, tag}.
 */
const open = `${shared}${fair}
local state = redis.call('HGET', KEYS[1], 'state')
local opened = 0
local revision = tonumber(ARGV[5])
if ARGV[6] == '0' and state then
  revision = tonumber(redis.call('HGET', KEYS[1], 'revision'))
  if state ~= 'accepted' then return { 0, state, revision, 1 } end
else
  opened = 1
  state = 'accepted'
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'id', ARGV[1], 'state', state, 'revision', revision, 'percent', 0, 'at', ARGV[2], 'task', ARGV[7])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  publish(ARGV[4], ARGV[1], state, nil, 0, nil, ARGV[2])
end
return { opened, state, revision, fair(KEYS[2], KEYS[3], ARGV[8], tonumber(ARGV[9]), { 1 })[1] }
`;

/**
 * KEYS task, clock and waiting set of `transcribe`, those of `diarize`; ARGV now, owner, highest tag, chunks, a cost for each, then
 * part and its seconds of work, …. The plan is known: percent can be reported, and the chunks get their tags; they are
 * returned, behind them the one of `diarize`.
 */
const plan = `${fair}
local key = KEYS[1]
local chunks = tonumber(ARGV[4])
local costs = {}
local all = 0
for i = 1, chunks do
  costs[i] = tonumber(ARGV[4 + i])
  all = all + costs[i]
end
local diarized = false
local total = 0
local sum = 0
local fields = {}
for i = 5 + chunks, #ARGV, 2 do
  local weight = tonumber(ARGV[i + 1])
  local done = tonumber(redis.call('HGET', key, 'f:' .. ARGV[i]) or 0)
  if ARGV[i] == 'prepare' then done = 1 end
  if ARGV[i] == 'diarize' then diarized = true end
  total = total + weight
  sum = sum + weight * done
  for _, value in ipairs({ 'w:' .. ARGV[i], ARGV[i + 1], 'f:' .. ARGV[i], done }) do fields[#fields + 1] = value end
end
for i = 1, #fields, 400 do redis.call('HSET', key, unpack(fields, i, math.min(i + 399, #fields))) end
redis.call('HSET', key, 'total', total, 'sum', sum, 'base', sum, 'since', ARGV[1], 'chunks', chunks)
if chunks == 0 then return {} end
local tags = fair(KEYS[2], KEYS[3], ARGV[2], tonumber(ARGV[3]), costs)
if diarized then tags[chunks + 1] = fair(KEYS[4], KEYS[5], ARGV[2], tonumber(ARGV[3]), { all })[1] end
return tags
`;

/**
 * KEYS task, clock, job; ARGV id, revision, now, part, stage, fraction, state, tag, channel, starting. One report of a running job.
 * Returns {state, changed, resumed}: whether the task's state moved on with it, and whether it had failed before. Where Redis
 * knows the job no more (it was emptied), the state is `gone` and nothing is written: a late report must not make a task look
 * alive that no one works on.
 */
const report = `${shared}
local key = KEYS[1]
local part = ARGV[4]
local v = redis.call('HMGET', key, 'state', 'revision', 'percent', 'w:' .. part, 'f:' .. part, 'sum', 'total', 'base', 'since',
  'stage', 'failed:' .. part, 'failure:' .. part, 'w:deliver')
local starting = ARGV[10] == '1'
local state = v[1]
if redis.call('EXISTS', KEYS[3]) == 0 then return { state == 'cancelled' and state or 'gone', 0, 0 } end
if starting and ARGV[8] ~= '0' and tonumber(ARGV[8]) > tonumber(redis.call('HGET', KEYS[2], 'now') or 0) then
  redis.call('HSET', KEYS[2], 'now', ARGV[8])
end
if not state then
  state = 'accepted'
  redis.call('HSET', key, 'id', ARGV[1], 'revision', ARGV[2])
  redis.call('EXPIRE', key, 604800)
end
if state == 'cancelled' or (v[2] and v[2] ~= ARGV[2]) then return { state, 0, 0 } end
local resumed = 0
if starting and (v[11] or v[12]) then
  redis.call('HDEL', key, 'failed:' .. part, 'failure:' .. part)
  if v[11] then resumed = 1 end
end
local before = state
local wanted = ARGV[7]
if wanted ~= '' and (may('advance', state, wanted) or (resumed == 1 and may('resume', state, wanted))) then
  state = wanted
end
local fraction = math.max(tonumber(ARGV[6]), tonumber(v[5] or 0))
local percent = tonumber(v[3] or 0)
local total = tonumber(v[7] or 0)
local left = nil
local fields = { 'state', state, 'at', ARGV[3] }
local function set(name, value) fields[#fields + 1] = name; fields[#fields + 1] = value end
if total > 0 and v[4] then
  local sum = tonumber(v[6]) + tonumber(v[4]) * (fraction - tonumber(v[5] or 0))
  -- All else is done once there is something to deliver.
  if part == 'deliver' then sum = total - tonumber(v[13]) * (1 - fraction) end
  set('sum', sum); set('f:' .. part, fraction)
  percent = math.max(percent, math.min(99, math.floor(1000 * sum / total) / 10))
  local worked = sum - tonumber(v[8] or 0)
  local elapsed = (tonumber(ARGV[3]) - tonumber(v[9] or ARGV[3])) / 1000
  local speed = 1
  if elapsed > 3 and worked > 0.02 * total then speed = worked / elapsed end
  left = math.ceil(math.max(0, total - sum) / speed)
elseif part == 'prepare' then
  percent = math.max(percent, math.floor(30 * fraction) / 10)
end
local stage = v[10] or ARGV[5]
if state ~= before or (order[stage] or 0) < order[ARGV[5]] then stage = ARGV[5] end
set('percent', tostring(percent)); set('left', left or ''); set('stage', stage)
redis.call('HSET', key, unpack(fields))
publish(ARGV[9], ARGV[1], state, stage, percent, left, ARGV[3])
return { state, state ~= before and 1 or 0, resumed }
`;

/** KEYS task; ARGV now, state, part, revision, channel, ttl, failure as JSON. Ends a task; returns 1 where that changed it. */
const finish = `${shared}
local key = KEYS[1]
local v = redis.call('HMGET', key, 'state', 'revision', 'id', 'stage', 'percent')
local state = v[1]
if not state or state == 'cancelled' or v[2] ~= ARGV[4] then return 0 end
if ARGV[2] == 'failed' or ARGV[2] == 'degraded' then
  redis.call('HSET', key, 'failed:' .. ARGV[3], 1)
  if ARGV[2] == 'degraded' then return 0 end
end
local event = ({ done = 'finish', failed = 'fail', cancelled = 'cancel' })[ARGV[2]]
if not may(event, state, ARGV[2]) then return 0 end
local percent = ARGV[2] == 'done' and 100 or tonumber(v[5] or 0)
redis.call('HSET', key, 'state', ARGV[2], 'at', ARGV[1], 'left', '', 'why', ARGV[7], 'percent', tostring(percent))
redis.call('EXPIRE', key, ARGV[6])
publish(ARGV[5], v[3], ARGV[2], v[4], percent, nil, ARGV[1], ARGV[7] ~= '' and cjson.decode(ARGV[7]) or nil)
return state == ARGV[2] and 0 or 1
`;

/**
 * KEYS jobs of a task, the delivery first. Returns 2 where the delivery is done, 1 where one of them waits, runs or has failed
 * (a failed one is reported by the sweep), 0 where no one works on the task any more.
 */
const working = `
for at, key in ipairs(KEYS) do
  local v = redis.call('HMGET', key, 'timestamp', 'finishedOn', 'failedReason')
  if v[1] and (not v[2] or v[3]) then return 1 end
  if at == 1 and v[1] then return 2 end
end
return 0
`;

/**
 * KEYS task; ARGV now, channel, ttl. Accepts a failed task again where its jobs are put back; returns 1 where it had failed. What its
 * parts have done stays.
 */
const reopen = `${shared}
local v = redis.call('HMGET', KEYS[1], 'state', 'id', 'percent')
if v[1] ~= 'failed' or not may('reopen', v[1], 'accepted') then return 0 end
redis.call('HSET', KEYS[1], 'state', 'accepted', 'at', ARGV[1], 'left', '')
redis.call('HDEL', KEYS[1], 'why')
redis.call('EXPIRE', KEYS[1], ARGV[3])
publish(ARGV[2], v[2], 'accepted', nil, tonumber(v[3] or 0), nil, ARGV[1])
return 1
`;

/**
 * KEYS task; ARGV id, state, revision, at, ttl, task as JSON, failure as JSON. Notes down how a task ended of which Redis knows nothing,
 * and tells no one; returns 0 where it knows it.
 */
const restore = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'state', ARGV[2], 'revision', ARGV[3], 'at', ARGV[4], 'left', '', 'task', ARGV[6],
  'percent', ARGV[2] == 'done' and 100 or 0, 'why', ARGV[7])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
`;

/** KEYS task; ARGV field, value. Keeps a note beside a live state, and creates none. */
const note = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
`;

/**
 * KEYS task; ARGV id, now, ttl. Nothing stays of a task but its state, which no report moves any more: one that had not ended is
 * cancelled.
 */
const erase = `${shared}
local v = redis.call('HMGET', KEYS[1], 'state', 'revision', 'percent', 'at')
local state = v[1] or 'cancelled'
if may('cancel', state, 'cancelled') then state = 'cancelled' end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'state', state, 'revision', v[2] or 1, 'percent', v[3] or 0, 'at', v[4] or ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
`;

/** KEYS rates; ARGV field, value. Moving average with a memory of about five. */
const average = `
local old = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or ARGV[2])
redis.call('HSET', KEYS[1], ARGV[1], tostring(old * 0.8 + tonumber(ARGV[2]) * 0.2))
return 1
`;

/**
 * KEYS reservations; ARGV id, bytes, until (negative: since, until its task ends), bytes there are for all. Reserves space for one; what it had before is
 * replaced. Returns -1, or what the others have where it is too little. The field `total` is the sum, so that this costs the same
 * however many wait.
 */
const reserveSpace = `
local function bytes(value) return value and tonumber(string.match(value, '^%d+')) or 0 end
local own = bytes(redis.call('HGET', KEYS[1], ARGV[1]))
local others = math.max(0, tonumber(redis.call('HGET', KEYS[1], 'total') or 0) - own)
if others + tonumber(ARGV[2]) > tonumber(ARGV[4]) then return others end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3], 'total', string.format('%.0f', others + tonumber(ARGV[2])))
return -1
`;

/** KEYS reservations; ARGV id, until. Keeps a lease longer; nothing where there is none. */
const renewSpace = `
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value then return 0 end
local bytes, till = string.match(value, '^(%d+) (-?%d+)$')
if tonumber(till) < 0 then return 0 end
return redis.call('HSET', KEYS[1], ARGV[1], bytes .. ' ' .. ARGV[2])
`;

/** KEYS reservations; ARGV id. Gives back what one had. */
const releaseSpace = `
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
local rest = tonumber(redis.call('HGET', KEYS[1], 'total') or 0) - tonumber(string.match(value, '^%d+'))
if redis.call('HLEN', KEYS[1]) <= 1 then redis.call('DEL', KEYS[1])
else redis.call('HSET', KEYS[1], 'total', string.format('%.0f', math.max(0, rest))) end
return 1
`;

/** KEYS a job's lock, BullMQ's set of jobs to look at next; ARGV how the lock of a dead worker begins, job. Releases that lock only. */
const releaseLock = `
local lock = redis.call('GET', KEYS[1])
if not lock or string.sub(lock, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
redis.call('SADD', KEYS[2], ARGV[2])
return redis.call('DEL', KEYS[1])
`;

type Answer<T> = (...args: (string | number)[]) => Promise<T>;

/** A client that knows our scripts. */
export type ScriptedRedis = Redis & {
  openTask: Answer<[opened: number, state: string, revision: number, tag: number]>;
  planTask: Answer<number[]>;
  reportTask: Answer<[state: string, changed: number, resumed: number]>;
  finishTask: Answer<number>;
  workingTask: Answer<number>;
  noteTask: Answer<number>;
  reopenTask: Answer<number>;
  restoreTask: Answer<number>;
  eraseTask: Answer<number>;
  averageRate: Answer<number>;
  reserveSpace: Answer<number>;
  renewSpace: Answer<number>;
  releaseSpace: Answer<number>;
  releaseLock: Answer<number>;
};

/** Teaches a client the scripts: sent once, called by digest from then on. */
export const defineScripts = (client: Redis): ScriptedRedis => {
  client.defineCommand('openTask', { numberOfKeys: 3, lua: open });
  client.defineCommand('planTask', { numberOfKeys: 5, lua: plan });
  client.defineCommand('reportTask', { numberOfKeys: 3, lua: report });
  client.defineCommand('workingTask', { lua: working });
  client.defineCommand('noteTask', { numberOfKeys: 1, lua: note });
  client.defineCommand('reopenTask', { numberOfKeys: 1, lua: reopen });
  client.defineCommand('restoreTask', { numberOfKeys: 1, lua: restore });
  client.defineCommand('finishTask', { numberOfKeys: 1, lua: finish });
  client.defineCommand('eraseTask', { numberOfKeys: 1, lua: erase });
  client.defineCommand('averageRate', { numberOfKeys: 1, lua: average });
  client.defineCommand('reserveSpace', { numberOfKeys: 1, lua: reserveSpace });
  client.defineCommand('renewSpace', { numberOfKeys: 1, lua: renewSpace });
  client.defineCommand('releaseSpace', { numberOfKeys: 1, lua: releaseSpace });
  client.defineCommand('releaseLock', { numberOfKeys: 2, lua: releaseLock });
  return client as ScriptedRedis;
};
