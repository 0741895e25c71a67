--[[
Writes all that a transaction decided under its lock, tells the other nodes, and gives the lock back.

@keys meta fates lock triggers data ids due due_ignore by_job by_calendar complete jobs job_ids runs live calendars
  paused instances stage rev
@include head runs due indexes pieces publish

ARGV
  1-3  the id of the data, lane, number of the call
  4    how many pieces wait in the list `stage`, '' when they follow here
  5    channel, 6 sender
  7    token of the lock
  8    what to publish: an instant, '' for an unknown one, '-' for nothing
  then pieces
    T, id, value, large data or ''    puts a trigger
    t, id                             removes one
    e, id                             puts a damaged trigger in error, as far as its head can be read
    J, id, value                      puts a job
    j, id                             removes one
    C, name, text                     puts a calendar
    c, name                           removes one
    R, token, value                   puts an execution
    r, token                          removes one
    I, name, value                    puts an instance
    i, name                           removes one
    P, groups joined by NUL           puts the paused groups
    X                                 removes everything but instances

Replies
  ok | restage | again | lost | late | unlocked (the lease was over: nothing was written)
]]
if redis.call('HGET', meta, 'id') ~= ARGV[1] then
  return { 'lost' }
end
local done = tonumber(string.match(redis.call('HGET', fates, ARGV[2]) or '', '^(%d+):'))
if done and done >= tonumber(ARGV[3]) then
  return { done == tonumber(ARGV[3]) and 'again' or 'late' }
end
if redis.call('GET', lock) ~= ARGV[7] then
  return { 'unlocked' }
end
if incomplete() then
  return { 'restage' }
end

-- <check-in>|<interval>|<life> NUL <a class that it lacks> …
local function life_of(instance)
  return string.match(instance, '^%d+|%d+|(%Z*)')
end

-- The lanes of a life that is over are of no use any more.
local function forget_lanes(instance)
  local life = life_of(instance or '')
  if life then
    for lane = 0, 31 do
      redis.call('HDEL', fates, life .. ':' .. lane)
    end
  end
end

local function put_run(token, value)
  local old = redis.call('HGET', runs, token)
  local _, _, _, _, _, job_id = read_run(value)
  if old then
    local _, _, _, _, _, old_job_id = read_run(old)
    count_run(old_job_id, -1)
  end
  redis.call('HSET', runs, token, value)
  count_run(job_id, 1)
end

local function remove_run(token)
  local old = redis.call('HGET', runs, token)
  if old then
    local _, _, _, _, _, job_id = read_run(old)
    redis.call('HDEL', runs, token)
    count_run(job_id, -1)
  end
end

local apply = {
  T = function(take)
    local id, value, large = take(), take(), take()
    put_trigger(id, value, large, redis.call('HGET', triggers, id))
  end,
  t = function(take)
    local id = take()
    local old = redis.call('HGET', triggers, id)
    if old then
      remove_trigger(id, old)
    end
  end,
  e = function(take)
    local id = take()
    local value = redis.call('HGET', triggers, id) or ''
    local state, flags, rank, next_at, previous_at, times, following, _, tail = read_head(value)
    if state == nil then
      grown.due = grown.due - sweep(due, id) - sweep(due_ignore, id)
      return
    end
    if state == 'w' and next_at ~= '' then
      leave_due(flags, rank, id)
    end
    redis.call('SREM', complete, id)
    local head = write_head('e', flags, rank, next_at, previous_at, times, following, '')
    redis.call('HSET', triggers, id, head .. string.sub(value, tail))
  end,
  J = function(take)
    put_job(take(), take())
  end,
  j = function(take)
    remove_job(take())
  end,
  C = function(take)
    redis.call('HSET', calendars, take(), take())
  end,
  c = function(take)
    redis.call('HDEL', calendars, take())
  end,
  R = function(take)
    put_run(take(), take())
  end,
  r = function(take)
    remove_run(take())
  end,
  I = function(take)
    local name, value = take(), take()
    local old = redis.call('HGET', instances, name)
    redis.call('HSET', instances, name, value)
    if old and life_of(old) ~= life_of(value) then
      forget_lanes(old)
    end
  end,
  i = function(take)
    local name = take()
    forget_lanes(redis.call('HGET', instances, name))
    redis.call('HDEL', instances, name)
  end,
  P = function(take)
    redis.call('DEL', paused)
    for group in string.gmatch(take(), '%Z+') do
      redis.call('HSET', paused, group, '')
    end
  end,
  X = function()
    redis.call(
      'DEL', triggers, data, ids, due, due_ignore, by_job, by_calendar, complete, jobs, job_ids, runs, live, calendars,
      paused
    )
    redis.call('HSET', meta, 'triggers', 0, 'jobs', 0, 'due', 0)
    grown.triggers, grown.jobs, grown.due = 0, 0, 0
  end,
}

each_piece(9, function(kind, take)
  apply[kind](take)
end)
settle()
redis.call('DEL', lock, stage)
redis.call('INCR', rev)
if ARGV[8] ~= '-' then
  publish(ARGV[5], ARGV[6], ARGV[8])
end
redis.call('HSET', fates, ARGV[2], ARGV[3] .. ':')
return { 'ok' }
