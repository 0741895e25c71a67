--[[
Removes triggers, and the jobs that lose their last one and are not durable.

@keys meta fates lock triggers data ids due due_ignore by_job by_calendar complete jobs job_ids
@include guard head due indexes

ARGV
  1-3  the id of the data, lane, number of the call
  then ids

Replies
  ok, how many there were, { id of a job that went … }
  again, how many there were | lost | late | locked, ms left
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
settle()
remember(found)
return { 'ok', found, orphans }
