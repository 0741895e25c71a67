-- An execution:
--   <state>|<flags>|<priority>|<scheduled>|<fired>|<previous> NUL <instance> NUL <job group> NUL <job name> NUL <trigger group> NUL <trigger name>
-- state: a(cquired) x (executing); flags: n non-concurrent, r requests recovery

-- state, flags, scheduled, previous, instance, job id, trigger id
local function read_run(value)
  return string.match(
    value,
    '^([ax])|([nr]*)|%-?%d+|(-?%d+)|%-?%d*|(-?%d*)%z(%Z*)%z(%Z*%z%Z*)%z(%Z*%z%Z*)$'
  )
end

-- What the end of a run needs of it: job id, trigger id, and whether it is non-concurrent; nil unless it executes. A
-- pattern would cost some microseconds, and this is needed for every run.
local function read_ending(value)
  local at, ends = 0, {}
  for nth = 1, 5 do
    at = string.find(value, '\0', at + 1, true)
    if not at then
      return nil
    end
    ends[nth] = at
  end
  if string.sub(value, 1, 2) ~= 'x|' then
    return nil
  end
  return string.sub(value, ends[2] + 1, ends[4] - 1), string.sub(value, ends[4] + 1), string.sub(value, 3, 3) == 'n'
end
