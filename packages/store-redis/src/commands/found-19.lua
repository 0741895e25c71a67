--[[
Begins anew where data were lost: removes what is left, and makes the remaining key that every other script looks for.

@keys meta triggers data ids due due_ignore parked parked_of by_job by_calendar complete jobs job_ids runs live calendars
  paused stage rev
@include founding

ARGV
  1  the id of the data that the nodes know

Replies
  ok
]]
redis.call(
  'DEL', triggers, data, ids, due, due_ignore, parked, parked_of, by_job, by_calendar, complete, jobs, job_ids, runs,
  live, calendars, paused, stage
)
found(ARGV[1], 1)
redis.call('HDEL', meta, 'lock')
-- Those that are there go on.
redis.call('HSET', meta, 'nodes', '*')
redis.call('INCR', rev)
return { 'ok' }
