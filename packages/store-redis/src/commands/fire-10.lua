--[[
Fires claims, by their tokens. The times after a fire come from the caller, who has the trigger as it was claimed:
nobody can have changed it without taking the claim away.

@keys meta fates lock triggers due due_ignore jobs runs live calendars
@include guard head runs due

ARGV
  1-3  the id of the data, lane, number of the call
  4    now (epoch ms)
  then for each claim: token, trigger id, the next fire or '', the one following it ('-' none, '' not known),
  and its calendar as the times were computed with: '' it names none, '?' it is missing, else the text

Replies
  ok, one letter for each, { job id, job … }
    f fired, l claim lost, g job gone, m calendar missing, x job executing, k calendar changed: compute again
  again, the letters, { job id, job … } | lost | late | locked, ms left
]]
local refused = refusal()
local letters = {}
local job_list, mentioned = {}, {}

local function mention(id, job)
  if not mentioned[id] then
    mentioned[id] = true
    job_list[#job_list + 1] = id
    job_list[#job_list + 1] = job
  end
end

if refused then
  if refused[1] == 'again' then
    for at = 5, #ARGV, 5 do
      local run = redis.call('HGET', runs, ARGV[at])
      local _, _, _, _, _, job_id = read_run(run or '')
      local job = job_id and redis.call('HGET', jobs, job_id)
      if job then
        mention(job_id, job)
      end
    end
    refused[3] = job_list
  end
  return refused
end

-- Whether another run of this job is under way; claims that have not fired do not count.
local function is_executing(job_id, token)
  if tonumber(redis.call('HGET', live, job_id) or 0) < 2 then
    return false
  end
  local all = redis.call('HGETALL', runs)
  for at = 1, #all, 2 do
    local state, _, _, _, _, of = read_run(all[at + 1])
    if state == 'x' and of == job_id and all[at] ~= token then
      return true
    end
  end
  return false
end

-- The letter for one claim; fires it when that is f.
local function fire(token, id, next_at, following, calendar)
  local value, run = redis.call('HGET', triggers, id), redis.call('HGET', runs, token)
  if not value or not run or string.sub(run, 1, 1) ~= 'a' then
    return 'l'
  end
  local state, flags, rank, due_at, previous_at, times, _, held, tail, job_id = read_head(value)
  if state ~= 'a' or held ~= token then
    return 'l'
  end
  local job = redis.call('HGET', jobs, job_id)
  if not job then
    return 'g'
  end
  if has(flags, 'c') then
    local text = redis.call('HGET', calendars, calendar_in(value))
    if not text then
      return 'm'
    elseif text ~= calendar then
      return 'k'
    end
  end
  local job_flags = string.match(job, '^(%l*)')
  if has(job_flags, 'n') and is_executing(job_id, token) then
    return 'x'
  end
  local fires = string.format('%.0f', tonumber(times) + 1)
  local head = write_head('w', flags, rank, next_at, due_at, fires, following, '')
  redis.call('HSET', triggers, id, head .. string.sub(value, tail))
  if next_at ~= '' then
    enter_due(flags, rank, next_at, id)
  end
  local priority, scheduled, behind = string.match(run, '^a|[nr]*|(-?%d+)|(-?%d+)|[^%z]*(%z.*)$')
  local run_flags = string.gsub(job_flags, '[^nr]', '')
  local before = 'x|' .. run_flags .. '|' .. priority .. '|' .. scheduled .. '|' .. ARGV[4] .. '|' .. previous_at
  redis.call('HSET', runs, token, before .. behind)
  mention(job_id, job)
  return 'f'
end

for at = 5, #ARGV, 5 do
  letters[#letters + 1] = fire(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
end
settle()
remember(table.concat(letters))
return { 'ok', table.concat(letters), job_list }
