--[[
What the state of a trigger follows from, at one moment.

@keys triggers jobs runs live
@include head runs

ARGV
  1  id

Replies
  the trigger's value, whether a run of its non-concurrent job is under way (0 | 1); nothing when it is absent
]]
local value = redis.call('HGET', triggers, ARGV[1])
if not value then
  return {}
end
local job_id = job_id_in(value)
local job = job_id and redis.call('HGET', jobs, job_id)
if job and has(string.match(job, '^(%l*)'), 'n') and redis.call('HEXISTS', live, job_id) == 1 then
  local all = redis.call('HGETALL', runs)
  for at = 1, #all, 2 do
    local state, _, _, _, _, of = read_run(all[at + 1])
    if state == 'x' and of == job_id then
      return { value, 1 }
    end
  end
end
return { value, 0 }
