-- Runs a command of many arguments in pieces, since Lua can unpack some thousand values at most; answers the sum of the
-- replies.
local function in_pieces(command, key, values)
  local count = #values
  local first, sum = 1, 0
  while first <= count do
    local last = math.min(first + 999, count)
    sum = sum + redis.call(command, key, unpack(values, first, last))
    first = last + 1
  end
  return sum
end

-- The values of many fields of a hash, in order.
local function values_of(key, fields)
  local found = {}
  local count = #fields
  local first = 1
  while first <= count do
    local last = math.min(first + 999, count)
    local piece = redis.call('HMGET', key, unpack(fields, first, last))
    for at = 1, last - first + 1 do
      found[first + at - 1] = piece[at]
    end
    first = last + 1
  end
  return found
end
