-- Every script that writes begins with ARGV: the id of the data, a lane of the caller, the number of its call in that
-- lane. A call that arrives twice is answered, not done again; one that arrives too late is refused.
--
-- What there is to know before anything is done is in one hash, read at once; what has changed is written back at once,
-- by finish().

local facts = redis.call(
  'HMGET', meta, 'id', ARGV[2], 'lock', 'nodes', 'paused', 'parked', 'triggers', 'jobs', 'due', 'due_ignore'
)
-- How many there were of each when the script began.
local had = {
  paused = tonumber(facts[5]),
  parked = tonumber(facts[6]),
  triggers = tonumber(facts[7]),
  jobs = tonumber(facts[8]),
  due = tonumber(facts[9]),
  due_ignore = tonumber(facts[10]),
}
-- How many more or fewer there are by now.
local grown = { paused = 0, parked = 0, triggers = 0, jobs = 0, due = 0, due_ignore = 0 }

-- The token of the lock that is held, and for how long yet (ms); nil when none is.
local function held_lock()
  if not facts[3] then
    return nil
  end
  local token, over_at = string.match(facts[3], '^(.*)|(%d+)$')
  local time = redis.call('TIME')
  local left = tonumber(over_at) - (tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
  if left <= 0 then
    return nil
  end
  return token, left
end

-- The reply of a script that must not go on; nil when it may. `holder` is the token of the lock that it needs, nil when
-- nobody may have it.
local function refusal(holder)
  if facts[1] ~= ARGV[1] then
    return { 'lost' }
  end
  if facts[2] then
    local number, outcome = string.match(facts[2], '^(%d+):(.*)$')
    if tonumber(number) == tonumber(ARGV[3]) then
      return { 'again', outcome }
    elseif tonumber(number) > tonumber(ARGV[3]) then
      return { 'late' }
    end
  end
  local token, left = held_lock()
  if token == holder then
    return nil
  end
  return holder and { 'unlocked' } or { 'locked', left }
end

-- Writes fields and values, and how many there are of each now.
local function write_facts(changes)
  for name, by in pairs(grown) do
    if by ~= 0 then
      changes[#changes + 1] = name
      changes[#changes + 1] = string.format('%.0f', had[name] + by)
    end
  end
  if #changes > 0 then
    redis.call('HSET', meta, unpack(changes))
  end
end

-- Ends a script: remembers what became of this call.
local function finish(outcome)
  write_facts({ ARGV[2], ARGV[3] .. ':' .. outcome })
end

-- Ends a script whose call may be done again.
local function finish_unremembered()
  write_facts({})
end
