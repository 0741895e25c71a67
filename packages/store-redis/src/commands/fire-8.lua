--[[
Fires claims, by their tokens. The times after a fire come from the caller, who has the trigger as it was claimed:
nobody can have changed it without taking the claim away.

@keys meta triggers due due_ignore jobs runs live calendars
@include guard batch head runs

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

local ids, tokens = {}, {}
for at = 5, #ARGV, 5 do
  tokens[#tokens + 1] = ARGV[at]
  ids[#ids + 1] = ARGV[at + 1]
end
local values, held_runs = values_of(triggers, ids), values_of(runs, tokens)

local known_jobs, known_calendars = {}, {}
local function known(cache, key, field)
  local value = cache[field]
  if value == nil then
    value = redis.call('HGET', key, field)
    cache[field] = value
  end
  return value
end

-- Whether another run of this job is under way; claims that have not fired do not count.
local fired_jobs = {}
local function is_executing(job_id, token)
  if fired_jobs[job_id] then
    return true
  end
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

-- What changes is gathered, and is written in one command of each kind.
local written, runs_written, again_due, again_due_ignore = {}, {}, {}, {}
local fired = {}

-- The letter for one claim; fires it when that is f.
local function fire(value, run, token, id, next_at, following, calendar)
  if not value or not run or fired[token] or string.sub(run, 1, 1) ~= 'a' then
    return 'l'
  end
  local state, flags, rank, due_at, previous_at, times, _, held, tail, job_id = read_head(value)
  if state ~= 'a' or held ~= token then
    return 'l'
  end
  local job = known(known_jobs, jobs, job_id)
  if not job then
    return 'g'
  end
  if has(flags, 'c') then
    local text = known(known_calendars, calendars, calendar_in(value))
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
  fired[token] = true
  fired_jobs[job_id] = true
  local fires = string.format('%.0f', tonumber(times) + 1)
  local head = write_head('w', flags, rank, next_at, due_at, fires, following, '')
  written[#written + 1] = id
  written[#written + 1] = head .. string.sub(value, tail)
  if next_at ~= '' then
    local again = has(flags, 'i') and again_due_ignore or again_due
    again[#again + 1] = next_at
    again[#again + 1] = rank .. id
  end
  local priority, scheduled, behind = string.match(run, '^a|[nr]*|(-?%d+)|(-?%d+)|[^%z]*(%z.*)$')
  local run_flags = string.gsub(job_flags, '[^nr]', '')
  local before = 'x|' .. run_flags .. '|' .. priority .. '|' .. scheduled .. '|' .. ARGV[4] .. '|' .. previous_at
  runs_written[#runs_written + 1] = token
  runs_written[#runs_written + 1] = before .. behind
  mention(job_id, job)
  return 'f'
end

for nth, token in ipairs(tokens) do
  local at = 5 * nth
  letters[nth] = fire(values[nth], held_runs[nth], token, ids[nth], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
end
in_pieces('HSET', triggers, written)
in_pieces('HSET', runs, runs_written)
grown.due = in_pieces('ZADD', due, again_due)
grown.due_ignore = in_pieces('ZADD', due_ignore, again_due_ignore)
finish(table.concat(letters))
return { 'ok', table.concat(letters), job_list }
