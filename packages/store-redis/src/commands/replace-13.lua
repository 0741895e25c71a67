--[[
Replaces one trigger by another of the same job.

@keys meta triggers data ids due due_ignore parked parked_of by_job by_calendar complete live paused
@include guard batch head due indexes births publish

ARGV
  1-3  the id of the data, lane, number of the call
  4    channel, 5 sender
  6    id of the trigger to replace, 7 id of the new one, 8 its value, 9 its large data or ''

Replies
  ok, when it fires if it waits now, else '' | absent | mismatch, id of the job of the old one | exists
  again, the first of these | lost | late | locked, ms left
]]
local refused = refusal()
if refused then
  return refused
end
local old_id, id, value = ARGV[6], ARGV[7], ARGV[8]
local old = redis.call('HGET', triggers, old_id)
if not old then
  return { 'absent' }
end
if job_id_in(old) ~= job_id_in(value) then
  return { 'mismatch', job_id_in(old) }
end
if old_id ~= id then
  if redis.call('HEXISTS', triggers, id) == 1 then
    return { 'exists' }
  end
  remove_trigger(old_id, old)
end
value = born(id, inheriting(value, old))
local earliest = put_trigger(id, value, ARGV[9], old_id == id and old)
write_puts()
if earliest then
  publish(ARGV[4], ARGV[5], earliest)
end
finish('ok')
return { 'ok', earliest or '' }
