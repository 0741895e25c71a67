--[[
A page of what waits, in fire order.

@keys triggers data due due_ignore parked
@include batch head

ARGV
  1  due | due_ignore | parked
  2  from this score, 3 to that one
  4  behind so many of them, 5 at most so many

Replies
  id, value, large data or '' …; the value is '' where it is gone
]]
local sets = { due = due, due_ignore = due_ignore, parked = parked }
local names = redis.call('ZRANGEBYSCORE', sets[ARGV[1]], ARGV[2], ARGV[3], 'LIMIT', ARGV[4], ARGV[5])
for at, member in ipairs(names) do
  names[at] = string.sub(member, 9)
end
local page = {}
local values = values_of(triggers, names)
for at, id in ipairs(names) do
  local value = values[at] or ''
  local _, flags = read_head(value)
  page[#page + 1] = id
  page[#page + 1] = value
  page[#page + 1] = flags and has(flags, 'd') and redis.call('HGET', data, id) or ''
end
return page
