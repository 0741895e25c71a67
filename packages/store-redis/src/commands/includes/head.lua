-- A stored trigger begins with its head, which changes; all behind it stays as it was written:
--   <state><flags>|<rank>|<next>|<previous>|<times>|<following>|<token> NUL <job group> NUL <job name> NUL <calendar> NUL …
-- state: w(aiting) a(cquired) p(aused) c(omplete) e(rror)
-- flags: i ignores misfires, c has a calendar, d its data are stored apart
-- rank: eight hexadecimal digits, smaller for higher priorities
-- following: the fire after the next as the model knows it; '-' for none, '' when nobody has told yet

-- state, flags, rank, next, previous, times, following, token, the position of the first NUL, job id; nil when damaged
local function read_head(value)
  return string.match(
    value,
    '^([wapce])([icd]*)|(%x%x%x%x%x%x%x%x)|(-?%d*)|(-?%d*)|(%d+)|([-%d]*)|(%Z*)()%z(%Z*%z%Z*)%z'
  )
end

-- The job id of a trigger; `head_end` is where the NUL behind its head is, when that is known.
local function job_id_in(value, head_end)
  head_end = head_end or string.find(value, '\0', 1, true)
  if not head_end then
    return nil
  end
  local middle = string.find(value, '\0', head_end + 1, true)
  local ending = middle and string.find(value, '\0', middle + 1, true)
  return ending and string.sub(value, head_end + 1, ending - 1)
end

local function write_head(state, flags, rank, next_at, previous_at, times, following, token)
  return state .. flags .. '|' .. rank .. '|' .. next_at .. '|' .. previous_at .. '|' .. times .. '|' .. following .. '|' .. token
end

local function has(flags, flag)
  return string.find(flags, flag, 1, true) ~= nil
end

-- The calendar that a trigger names, '' when it names none.
local function calendar_in(value)
  return string.match(value, '^%Z*%z%Z*%z%Z*%z(%Z*)%z')
end
