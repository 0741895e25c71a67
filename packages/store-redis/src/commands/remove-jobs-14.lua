--[[
Removes jobs with their triggers.

@keys meta triggers data ids due due_ignore parked parked_of by_job by_calendar complete jobs job_ids live
@include guard batch head due indexes

ARGV
  1-3  the id of the data, lane, number of the call
  then ids

Replies
  ok | again, how many there were | lost | late | locked, ms left
]]
local refused = refusal()
if refused then
  return refused
end
local found = 0
for at = 4, #ARGV do
  local job_id = ARGV[at]
  if redis.call('HEXISTS', jobs, job_id) == 1 then
    found = found + 1
    local first, behind = '[' .. job_id .. '\0', '(' .. job_id .. '\1'
    repeat
      local page = redis.call('ZRANGEBYLEX', by_job, first, behind, 'LIMIT', 0, 1000)
      for _, member in ipairs(page) do
        local id = string.sub(member, #job_id + 2)
        remove_trigger(id, redis.call('HGET', triggers, id) or '')
        redis.call('ZREM', by_job, member)
      end
    until #page == 0
    remove_job(job_id)
  end
end
finish(found)
return { 'ok', found }
