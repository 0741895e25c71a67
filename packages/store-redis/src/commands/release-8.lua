--[[
Gives claims back: their triggers wait again with the times they had.

@keys meta triggers due due_ignore parked parked_of runs live
@include guard head runs due publish

ARGV
  1-3  the id of the data, lane, number of the call
  4    channel, 5 sender
  then tokens

Replies
  ok, the earliest fire that waits again or '', whether siblings may be claimed again (0 | 1)
  again | lost | late | locked, ms left
]]
local refused = refusal()
if refused then
  return refused
end
local earliest, siblings = nil, false
for at = 6, #ARGV do
  local token = ARGV[at]
  local state, run_flags, _, _, _, job_id, id = read_run(redis.call('HGET', runs, token) or '')
  if state == 'a' then
    redis.call('HDEL', runs, token)
    count_run(job_id, -1)
    siblings = siblings or has(run_flags, 'n')
    local value = redis.call('HGET', triggers, id)
    if value then
      local held_state, flags, rank, next_at, previous_at, times, following, held, tail = read_head(value)
      if held_state == 'a' and held == token then
        local head = write_head('w', flags, rank, next_at, previous_at, times, following, '')
        redis.call('HSET', triggers, id, head .. string.sub(value, tail))
        enter_due(flags, rank, next_at, id)
        if earliest == nil or tonumber(next_at) < tonumber(earliest) then
          earliest = next_at
        end
      end
    end
  end
end
if earliest or siblings then
  publish(ARGV[4], ARGV[5], siblings and '' or earliest)
end
finish('')
return { 'ok', earliest or '', siblings and 1 or 0 }
