--[[
Looks whether what is stored is all there, when the first trigger is due, and what the server says of itself.

@keys meta triggers jobs due due_ignore parked parked_of ids job_ids by_job calendars
@include founding

ARGV
  1  1 to ask for the server's own facts too
  2  id for new data: they are founded when nothing is there; '' to leave that
  3  version of the layout for new data

Replies
  the server's time (epoch ms), id of the data or '', version or '', what is wrong or '', the first fire or '',
  INFO persistence, INFO memory, INFO server
]]
local wrong = ''
local facts = redis.call('HMGET', meta, 'id', 'version', 'triggers', 'jobs', 'due', 'due_ignore', 'parked')
if not facts[1] then
  local left = redis.call(
    'EXISTS', triggers, jobs, due, due_ignore, parked, parked_of, ids, job_ids, by_job, calendars
  )
  if left > 0 then
    wrong = 'the key meta is gone, and others are there'
  elseif ARGV[2] ~= '' then
    found(ARGV[2], ARGV[3])
    facts = { ARGV[2], ARGV[3], 0, 0, 0, 0, 0 }
  end
end
if facts[1] then
  local function count(name, expected, found)
    if wrong == '' and tonumber(expected) ~= found then
      wrong = name .. ': ' .. tostring(expected) .. ' were stored, ' .. found .. ' are there'
    end
  end
  count('triggers', facts[3], redis.call('HLEN', triggers))
  count('ids', facts[3], redis.call('ZCARD', ids))
  count('by_job', facts[3], redis.call('ZCARD', by_job))
  count('jobs', facts[4], redis.call('HLEN', jobs))
  count('job_ids', facts[4], redis.call('ZCARD', job_ids))
  count('due', facts[5], redis.call('ZCARD', due))
  count('due_ignore', facts[6], redis.call('ZCARD', due_ignore))
  count('parked', facts[7], redis.call('ZCARD', parked))
  count('parked_of', facts[7], redis.call('ZCARD', parked_of))
end
local first = ''
for _, set in ipairs({ due, due_ignore }) do
  local at = redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')[2]
  if at and (first == '' or tonumber(at) < tonumber(first)) then
    first = at
  end
end
local time = redis.call('TIME')
local now = time[1] .. string.format('%03d', math.floor(tonumber(time[2]) / 1000))
local reply = { now, facts[1] or '', facts[2] or '', wrong, first }
if ARGV[1] == '1' then
  reply[6] = redis.call('INFO', 'persistence')
  reply[7] = redis.call('INFO', 'memory')
  reply[8] = redis.call('INFO', 'server')
end
return reply
