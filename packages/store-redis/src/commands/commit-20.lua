--[[
Writes all that a transaction decided under its lock, tells the other nodes, and gives the lock back.

@keys meta triggers data ids due due_ignore parked parked_of by_job by_calendar complete jobs job_ids runs live
  calendars paused instances stage rev
@include guard batch head runs due indexes pieces publish

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
local refused = refusal(ARGV[7])
if refused then
  return refused
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
      redis.call('HDEL', meta, life .. ':' .. lane)
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
    local state, flags, rank, next_at, previous_at, times, following, _, tail, job_id = read_head(value)
    if state == nil then
      sweep_due(id)
      return
    end
    if state == 'w' and next_at ~= '' then
      leave_due(flags, rank, next_at, id, job_id)
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
    grown.paused = -had.paused
    for group in string.gmatch(take(), '%Z+') do
      grown.paused = grown.paused + redis.call('HSET', paused, group, '')
    end
  end,
  X = function()
    redis.call(
      'DEL', triggers, data, ids, due, due_ignore, parked, parked_of, by_job, by_calendar, complete, jobs, job_ids, runs,
      live, calendars, paused
    )
    for name, count in pairs(had) do
      grown[name] = -count
    end
  end,
}

-- The one node there is, by its life; * for several.
local function only_node()
  local all = redis.call('HVALS', instances)
  return #all > 1 and '*' or life_of(all[1] or '') or ''
end

local nodes_changed = false
each_piece(9, function(kind, take)
  nodes_changed = nodes_changed or kind == 'I' or kind == 'i'
  apply[kind](take)
end)
write_puts()
if nodes_changed then
  redis.call('HSET', meta, 'nodes', only_node())
end
redis.call('HDEL', meta, 'lock')
redis.call('DEL', stage)
redis.call('INCR', rev)
if ARGV[8] ~= '-' then
  publish(ARGV[5], ARGV[6], ARGV[8])
end
finish('')
return { 'ok' }
