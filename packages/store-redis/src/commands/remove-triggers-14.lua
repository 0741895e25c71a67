--[[
Removes triggers, and the jobs that lose their last one and are not durable.

@keys meta triggers data ids due due_ignore parked parked_of by_job by_calendar complete jobs job_ids live
@include guard batch head due indexes

ARGV
  1-3  the id of the data, lane, number of the call
  then ids

Replies
  ok, how many there were, and the ids of jobs that went, each behind a NUL
  again, the same | lost | late | locked, ms left
]]
local refused = refusal()
if refused then
  return refused
end
local found, bereft, orphans = 0, {}, {}
for at = 4, #ARGV do
  local value = redis.call('HGET', triggers, ARGV[at])
  if value then
    found = found + 1
    bereft[#bereft + 1] = remove_trigger(ARGV[at], value)
  end
end
for _, job_id in ipairs(bereft) do
  if remove_orphan(job_id) then
    orphans[#orphans + 1] = job_id
  end
end
finish(found .. '\0' .. table.concat(orphans, '\0'))
return { 'ok', found .. '\0' .. table.concat(orphans, '\0') }
