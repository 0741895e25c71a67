-- Every script that writes begins with ARGV: the id of the data, a lane of the caller, the number of its call in that
-- lane. A call that arrives twice is answered, not done again; one that arrives too late is refused.

-- The reply of a script that must not go on; nil when it may.
local function refusal()
  if redis.call('HGET', meta, 'id') ~= ARGV[1] then
    return { 'lost' }
  end
  local done = redis.call('HGET', fates, ARGV[2])
  if done then
    local number, outcome = string.match(done, '^(%d+):(.*)$')
    if tonumber(number) == tonumber(ARGV[3]) then
      return { 'again', outcome }
    elseif tonumber(number) > tonumber(ARGV[3]) then
      return { 'late' }
    end
  end
  local left = redis.call('PTTL', lock)
  if left ~= -2 then
    return { 'locked', left }
  end
  return nil
end

-- Remembers what became of this call.
local function remember(outcome)
  redis.call('HSET', fates, ARGV[2], ARGV[3] .. ':' .. outcome)
end
