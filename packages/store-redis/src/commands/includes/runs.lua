-- An execution:
--   <state>|<flags>|<priority>|<scheduled>|<fired>|<previous> NUL <instance> NUL <job group> NUL <job name> NUL <trigger group> NUL <trigger name>
-- state: a(cquired) x (executing); flags: n non-concurrent, r requests recovery

-- state, flags, scheduled, previous, instance, job id, trigger id
local function read_run(value)
  return string.match(
    value,
    '^([ax])|([nr]*)|%-?%d+|(-?%d+)|%-?%d*|(-?%d*)%z(%Z*)%z(%Z*%z%Z*)%z(%Z*%z%Z*)$'
  )
end

-- Counts the executions of a job; `live` forgets jobs that have none.
local function count_run(job_id, by)
  if redis.call('HINCRBY', live, job_id, by) <= 0 then
    redis.call('HDEL', live, job_id)
  end
end
