--[[
Gives triggers that misfired their new times, unless somebody else has changed them since they were read.

@keys meta triggers due due_ignore parked parked_of complete live
@include guard head due

ARGV
  1-3  the id of the data, lane, number of the call
  then for each trigger: id, the head it had, its new value

Replies
  ok, one letter for each: y changed, n left alone; whether others came into their places (0 | 1)
  again, the letters | lost | late | locked, ms left
]]
local refused = refusal()
if refused then
  return refused
end
local outcomes, more = {}, false
for at = 4, #ARGV, 3 do
  local id, head, value = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local old = redis.call('HGET', triggers, id)
  if old and string.match(old, '^(%Z*)%z') == head then
    local _, flags, rank, old_next, _, _, _, _, _, job_id = read_head(old)
    local state, _, _, next_at = read_head(value)
    redis.call('HSET', triggers, id, value)
    more = leave_due(flags, rank, old_next, id, job_id) or more
    if state == 'c' then
      redis.call('SADD', complete, id)
    else
      enter_due(flags, rank, next_at, id)
    end
    outcomes[#outcomes + 1] = 'y'
  else
    outcomes[#outcomes + 1] = 'n'
  end
end
finish(table.concat(outcomes))
return { 'ok', table.concat(outcomes), more and 1 or 0 }
