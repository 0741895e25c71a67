--[[
Lists the distinct groups of an ordered set of ids, by leaping from one to the next.

@keys ids

ARGV
  1  the group behind which to start, '' to start at the front with the DEFAULT group, whose id is ''
  2  1 to start at the front
  3  at most so many

Replies
  groups
]]
local groups = {}
local from = '-'
if ARGV[2] ~= '1' then
  from = '(' .. ARGV[1] .. '\1'
end
while #groups < tonumber(ARGV[3]) do
  local first = redis.call('ZRANGEBYLEX', ids, from, '+', 'LIMIT', 0, 1)[1]
  if not first then
    break
  end
  local group = string.match(first, '^(%Z*)')
  groups[#groups + 1] = group
  from = '(' .. group .. '\1'
end
return groups
