-- What a trigger is found by, beside its id and its time.

-- Removes the members of a sorted set that end like this, page by page; answers how many there were.
local function sweep(key, ending)
  local swept = 0
  local first = 0
  repeat
    local page = redis.call('ZRANGE', key, first, first + 999)
    for _, member in ipairs(page) do
      if string.sub(member, -#ending) == ending then
        swept = swept + redis.call('ZREM', key, member)
      else
        first = first + 1
      end
    end
  until #page < 1000
  return swept
end

-- Takes a damaged trigger out of the order of fires.
local function sweep_due(id)
  grown.due = grown.due - sweep(due, id)
  grown.due_ignore = grown.due_ignore - sweep(due_ignore, id)
  if had.parked > 0 then
    grown.parked = grown.parked - sweep(parked, id)
    sweep(parked_of, id)
  end
end

-- Takes a trigger out of every index and away. Its executions stay.
local function remove_trigger(id, value)
  local state, flags, rank, next_at, _, _, _, _, _, job_id = read_head(value)
  redis.call('HDEL', triggers, id)
  redis.call('ZREM', ids, id)
  grown.triggers = grown.triggers - 1
  if state == nil then
    -- Damaged: what it was found by has to be looked for.
    redis.call('HDEL', data, id)
    redis.call('SREM', complete, id)
    sweep_due(id)
    sweep(by_job, '\0' .. id)
    sweep(by_calendar, '\0' .. id)
    return nil
  end
  redis.call('ZREM', by_job, job_id .. '\0' .. id)
  if state == 'w' and next_at ~= '' then
    leave_due(flags, rank, next_at, id, job_id)
  end
  if state == 'c' then
    redis.call('SREM', complete, id)
  end
  if has(flags, 'd') then
    redis.call('HDEL', data, id)
  end
  if has(flags, 'c') then
    redis.call('ZREM', by_calendar, calendar_in(value) .. '\0' .. id)
  end
  return job_id
end

-- What is put is gathered, and is written in one command of each kind by write_puts().
local put = { triggers = {}, ids = {}, by_job = {}, due = {}, due_ignore = {} }

local function gather(list, one, other)
  local count = #list
  list[count + 1] = one
  list[count + 2] = other
end

-- Puts a trigger in the place of `old`, the value that has its id, if any. `large` are its data when they are stored
-- apart, else ''. Answers when it fires, if it waits.
local function put_trigger(id, value, large, old)
  if old then
    remove_trigger(id, old)
  end
  local state, flags, rank, next_at, _, _, _, _, _, job_id = read_head(value)
  gather(put.triggers, id, value)
  gather(put.ids, 0, id)
  gather(put.by_job, 0, job_id .. '\0' .. id)
  if state == 'w' and next_at ~= '' then
    local _, name = due_set(flags)
    gather(put[name], next_at, rank .. id)
  elseif state == 'c' then
    redis.call('SADD', complete, id)
  end
  if has(flags, 'd') then
    redis.call('HSET', data, id, large)
  end
  if has(flags, 'c') then
    redis.call('ZADD', by_calendar, 0, calendar_in(value) .. '\0' .. id)
  end
  return state == 'w' and next_at ~= '' and next_at or nil
end

local function write_puts()
  grown.triggers = grown.triggers + in_pieces('HSET', triggers, put.triggers)
  in_pieces('ZADD', ids, put.ids)
  in_pieces('ZADD', by_job, put.by_job)
  grown.due = grown.due + in_pieces('ZADD', due, put.due)
  grown.due_ignore = grown.due_ignore + in_pieces('ZADD', due_ignore, put.due_ignore)
end

local function put_job(id, value)
  if not has(string.match(value, '^(%l*)'), 'n') then
    unpark(id, -1)
  end
  if redis.call('HSET', jobs, id, value) == 1 then
    redis.call('ZADD', job_ids, 0, id)
    grown.jobs = grown.jobs + 1
  end
end

local function remove_job(id)
  if redis.call('HDEL', jobs, id) == 1 then
    redis.call('ZREM', job_ids, id)
    grown.jobs = grown.jobs - 1
  end
end

-- Whether a job has a trigger.
local function has_triggers(job_id)
  local prefix = job_id .. '\0'
  return #redis.call('ZRANGEBYLEX', by_job, '[' .. prefix, '(' .. job_id .. '\1', 'LIMIT', 0, 1) > 0
end

-- Removes a job that is not durable and has lost its last trigger; answers whether it did.
local function remove_orphan(job_id)
  local job = redis.call('HGET', jobs, job_id)
  if not job or has(string.match(job, '^(%l*)'), 'd') or has_triggers(job_id) then
    return false
  end
  remove_job(job_id)
  return true
end
