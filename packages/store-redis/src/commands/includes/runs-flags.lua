-- Whether a job may run twice is a matter of the job as it is stored now, also for claims and runs that were there
-- before: their executions take over its flag. Answers whether one changed.
local function flag_runs(job_id, job)
  if redis.call('HEXISTS', live, job_id) == 0 then
    return false
  end
  local exclusive = has(string.match(job, '^(%l*)'), 'n')
  local changed = false
  local all = redis.call('HGETALL', runs)
  for at = 1, #all, 2 do
    local state, flags, _, _, _, of = read_run(all[at + 1])
    if state and of == job_id and has(flags, 'n') ~= exclusive then
      flags = (exclusive and 'n' or '') .. string.gsub(flags, 'n', '')
      redis.call('HSET', runs, all[at], state .. '|' .. flags .. string.match(all[at + 1], '^%l|%l*(|.*)$'))
      changed = true
    end
  end
  return changed
end
