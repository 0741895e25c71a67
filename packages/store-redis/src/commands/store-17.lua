--[[
Stores jobs with triggers, all or none.

@keys meta fates lock triggers data ids due due_ignore by_job by_calendar complete jobs job_ids runs live paused stage
@include guard head runs runs-flags due indexes births pieces publish

ARGV
  1-3  the id of the data, lane, number of the call
  4    how many pieces wait in the list `stage`, '' when they follow here
  5    channel, 6 sender
  7    1 when what exists may be overwritten, else 0
  then for each job: J, id, value; for each trigger, behind its job when that is stored too: T, id, value, large data
  or ''

Replies
  ok, the earliest fire that waits now or '', whether executions changed their flag (0 | 1)
  exists, job | trigger, id
  nojob, id of the trigger
  restage | again | lost | late | locked, ms left
]]
local refused = refusal()
if refused then
  return refused
end
if incomplete() then
  return { 'restage' }
end
local replaces = ARGV[7] == '1'

local coming, exists, missing = {}, nil, nil
local existing_trigger = nil
each_piece(8, function(kind, take)
  local id, value = take(), take()
  if kind == 'J' then
    coming[id] = true
    if not replaces and not exists and redis.call('HEXISTS', jobs, id) == 1 then
      exists = id
    end
  else
    take()
    if not replaces and not existing_trigger and redis.call('HEXISTS', triggers, id) == 1 then
      existing_trigger = id
    end
    local job_id = string.match(value, '^%Z*%z(%Z*%z%Z*)%z')
    if not missing and not coming[job_id] and redis.call('HEXISTS', jobs, job_id) == 0 then
      missing = id
    end
  end
end)
if exists then
  return { 'exists', 'job', exists }
elseif existing_trigger then
  return { 'exists', 'trigger', existing_trigger }
elseif missing then
  return { 'nojob', missing }
end

local earliest, flagged = nil, false
each_piece(8, function(kind, take)
  local id, value = take(), take()
  if kind == 'J' then
    put_job(id, value)
    flagged = flag_runs(id, value) or flagged
  else
    local large = take()
    local old = replaces and redis.call('HGET', triggers, id)
    value = born(id, old and inheriting(value, old) or value)
    put_trigger(id, value, large, old)
    earliest = earlier_of(earliest, value)
  end
end)
if ARGV[4] ~= '' then
  redis.call('DEL', stage)
end
settle()
if earliest or flagged then
  publish(ARGV[5], ARGV[6], flagged and '' or earliest)
end
remember('')
return { 'ok', earliest or '', flagged and 1 or 0 }
