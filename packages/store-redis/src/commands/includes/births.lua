-- The state in which a trigger is stored: paused when its group, its job's group or everything is.

local all_paused = had.paused > 0 and redis.call('HEXISTS', paused, 'a') == 1

-- The value as it is to be stored, given as waiting or complete; a group that is born paused is remembered.
local function born(id, value)
  if had.paused == 0 then
    return value
  end
  local group = string.match(id, '^(%Z*)')
  local job_group = string.match(value, '^%Z*%z(%Z*)')
  if all_paused then
    grown.paused = grown.paused + redis.call('HSET', paused, 't' .. group, '')
  end
  local held = all_paused
    or redis.call('HEXISTS', paused, 't' .. group) == 1
    or redis.call('HEXISTS', paused, 'j' .. job_group) == 1
  if held and string.sub(value, 1, 1) == 'w' then
    return 'p' .. string.sub(value, 2)
  end
  return value
end

-- The value with the previous fire of what it replaces, when it has none itself.
local function inheriting(value, old)
  local state, flags, rank, next_at, previous_at, times, following, token, tail = read_head(value)
  local old_state, _, _, _, old_previous = read_head(old)
  if previous_at ~= '' or old_state == nil or old_previous == '' then
    return value
  end
  return write_head(state, flags, rank, next_at, old_previous, times, following, token) .. string.sub(value, tail)
end
