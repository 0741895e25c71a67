--[[
Begins anew where data were lost: removes what is left, and makes the remaining key that every other script looks for.

@keys meta fates lock triggers data ids due due_ignore by_job by_calendar complete jobs job_ids runs live calendars
  paused instances stage rev

ARGV
  1  the id of the data that the nodes know

Replies
  ok
]]
redis.call(
  'DEL', lock, triggers, data, ids, due, due_ignore, by_job, by_calendar, complete, jobs, job_ids, runs, live, calendars,
  paused, stage
)
redis.call('HSET', meta, 'id', ARGV[1], 'version', 1, 'triggers', 0, 'jobs', 0, 'due', 0)
redis.call('INCR', rev)
return { 'ok' }
