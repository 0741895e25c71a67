--[[
Stores jobs with triggers, all or none.

@keys meta triggers data ids due due_ignore parked parked_of by_job by_calendar complete jobs job_ids runs live paused
  stage
@include guard batch head runs runs-flags due indexes births pieces publish

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

local coming, job_ids_coming, ids_coming, wanted_jobs = {}, {}, {}, {}
each_piece(8, function(kind, take)
  local id, value = take(), take()
  if kind == 'J' then
    coming[id] = true
    job_ids_coming[#job_ids_coming + 1] = id
  else
    take()
    local job_id = job_id_in(value)
    ids_coming[#ids_coming + 1] = id
    wanted_jobs[#wanted_jobs + 1] = coming[job_id] and '' or job_id
  end
end)

-- The first of these names with which something is stored.
local function first_known(names, found)
  for at, name in ipairs(names) do
    if found[at] then
      return name
    end
  end
end

local olds = values_of(triggers, ids_coming)
local exists = not replaces and first_known(job_ids_coming, values_of(jobs, job_ids_coming))
local existing_trigger = not replaces and first_known(ids_coming, olds)
local missing, known = nil, {}
for at, job_id in ipairs(wanted_jobs) do
  if known[job_id] == nil then
    known[job_id] = job_id == '' or redis.call('HEXISTS', jobs, job_id) == 1
  end
  if not known[job_id] then
    missing = missing or ids_coming[at]
  end
end
if exists then
  return { 'exists', 'job', exists }
elseif existing_trigger then
  return { 'exists', 'trigger', existing_trigger }
elseif missing then
  return { 'nojob', missing }
end

local earliest, flagged = nil, false
local nth = 0
each_piece(8, function(kind, take)
  local id, value = take(), take()
  if kind == 'J' then
    put_job(id, value)
    flagged = flag_runs(id, value) or flagged
  else
    local large = take()
    nth = nth + 1
    local old = olds[nth]
    value = born(id, old and inheriting(value, old) or value)
    local next_at = put_trigger(id, value, large, old)
    if next_at and (not earliest or tonumber(next_at) < tonumber(earliest)) then
      earliest = next_at
    end
  end
end)
if ARGV[4] ~= '' then
  redis.call('DEL', stage)
end
write_puts()
if earliest or flagged then
  publish(ARGV[5], ARGV[6], flagged and '' or earliest)
end
finish('')
return { 'ok', earliest or '', flagged and 1 or 0 }
