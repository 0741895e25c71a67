-- The sets of waiting triggers in fire order, and the counts by which lost data are noticed.

-- How many more or fewer triggers, jobs and members of the due sets there are than when the script began.
local grown = { triggers = 0, jobs = 0, due = 0 }

local function due_set(flags)
  if has(flags, 'i') then
    return due_ignore
  end
  return due
end

local function enter_due(flags, rank, next_at, id)
  grown.due = grown.due + redis.call('ZADD', due_set(flags), next_at, rank .. id)
end

local function leave_due(flags, rank, id)
  grown.due = grown.due - redis.call('ZREM', due_set(flags), rank .. id)
end

-- Keeps the counts.
local function settle()
  for name, by in pairs(grown) do
    if by ~= 0 then
      redis.call('HINCRBY', meta, name, by)
    end
  end
end
