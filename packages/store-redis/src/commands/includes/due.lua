-- The sets of waiting triggers in fire order; and those that wait apart while their non-concurrent job is busy, so that
-- no claim has to step over them (decision 0056). When a job is not busy, and one of its triggers is parked, another one
-- of it is due.

-- So many of a job come back together.
local UNPARKED_AT_ONCE = 8

local function due_set(flags)
  if has(flags, 'i') then
    return due_ignore, 'due_ignore'
  end
  return due, 'due'
end

local function enter_due(flags, rank, next_at, id)
  local set, name = due_set(flags)
  grown[name] = grown[name] + redis.call('ZADD', set, next_at, rank .. id)
end

-- A parked trigger as `parked_of` has it: those of a job together, in fire order.
local function parked_member(job_id, next_at, rank, id)
  return job_id .. '\0' .. string.format('%017.0f', tonumber(next_at) + 8640000000000000) .. rank .. id
end

-- Puts the first parked triggers of a job back; all of them when `most` is -1. Answers whether there were any.
local function unpark(job_id, most)
  if had.parked + grown.parked <= 0 then
    return false
  end
  local first = '[' .. job_id .. '\0'
  local found = redis.call('ZRANGEBYLEX', parked_of, first, '(' .. job_id .. '\1', 'LIMIT', 0, most)
  for _, member in ipairs(found) do
    local ranked = string.sub(member, #job_id + 19)
    local id = string.sub(ranked, 9)
    local _, flags, rank, next_at = read_head(redis.call('HGET', triggers, id) or '')
    redis.call('ZREM', parked_of, member)
    grown.parked = grown.parked - redis.call('ZREM', parked, ranked)
    if flags then
      enter_due(flags, rank, next_at, id)
    end
  end
  return #found > 0
end

-- Takes a trigger that waits out of the order of fires. Answers whether others of its job came back in its place.
local function leave_due(flags, rank, next_at, id, job_id)
  local set, name = due_set(flags)
  local left = redis.call('ZREM', set, rank .. id)
  grown[name] = grown[name] - left
  if had.parked + grown.parked <= 0 then
    return false
  end
  if left == 0 then
    redis.call('ZREM', parked_of, parked_member(job_id, next_at, rank, id))
    grown.parked = grown.parked - redis.call('ZREM', parked, rank .. id)
  end
  return redis.call('HEXISTS', live, job_id) == 0 and unpark(job_id, UNPARKED_AT_ONCE)
end

-- Counts the executions of a job; `live` forgets jobs that have none, and their parked triggers come back.
local function count_run(job_id, by)
  if redis.call('HINCRBY', live, job_id, by) <= 0 then
    redis.call('HDEL', live, job_id)
    unpark(job_id, UNPARKED_AT_ONCE)
  end
end
