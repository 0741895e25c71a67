--[[
Ends runs, and does to their triggers what their instructions say.

@keys meta triggers data ids due due_ignore parked parked_of by_job by_calendar complete jobs job_ids runs live
@include guard batch head runs due indexes publish

ARGV
  1-3  the id of the data, lane, number of the call
  4    channel, 5 sender
  then for each run: token, instruction (n none, d delete the trigger, c set it complete), its next fire after this one
  or '', the fire following that ('-' none, '' not known), id of the job whose data changed or '', the data

Replies
  ok, one letter for each, changed (0 | 1), { id of a job that went with its last trigger … }
    c completed, s stale
  again, the letters | lost | late | locked, ms left
]]
local refused = refusal()
if refused then
  return refused
end
local letters, orphans = {}, {}
local changed = false

-- What changes is gathered, and is done in one command of each kind. The value of a trigger by now; false when it goes.
local current, written = {}, {}
local ended_runs, runs_less = {}, {}
local gone_ids, gone_members = {}, {}
local bereft, bereft_jobs = {}, {}

local function write(id, head, value)
  current[id] = head .. string.sub(value, string.find(value, '\0', 1, true), -1)
  written[id] = current[id]
end

local function set_complete(id, value, head)
  local flags, rank, next_at = head[2], head[3], head[4]
  if head[1] == 'w' and next_at ~= '' then
    leave_due(flags, rank, next_at, id, head[10])
  end
  write(id, write_head('c', flags, rank, next_at, head[5], head[6], head[7], ''), value)
  redis.call('SADD', complete, id)
  changed = true
end

-- A trigger that has fired for the last time, and is found by its id and its job alone: `w|<rank>||…`.
local function is_plain(value)
  return string.sub(value, 1, 2) == 'w|' and string.sub(value, 12, 12) == '|'
end

local function take_away(id, value)
  local job_id
  if is_plain(value) then
    job_id = job_id_in(value)
    gone_ids[#gone_ids + 1] = id
    gone_members[#gone_members + 1] = job_id .. '\0' .. id
    grown.triggers = grown.triggers - 1
  else
    job_id = remove_trigger(id, value)
  end
  current[id], written[id] = false, nil
  if job_id and not bereft[job_id] then
    bereft[job_id] = true
    bereft_jobs[#bereft_jobs + 1] = job_id
  end
end

local function apply(id, value, instruction, next_at, following)
  if not value then
    return
  end
  if instruction == 'd' and is_plain(value) then
    take_away(id, value)
    changed = changed or next_at ~= ''
    return
  end
  local head = { read_head(value) }
  if instruction == 'd' then
    -- A job may have given its own trigger a new schedule while it ran: then the trigger goes on.
    if next_at ~= '' or (head[4] or '') == '' then
      take_away(id, value)
      changed = changed or (head[1] ~= nil and next_at ~= '')
    end
  elseif head[1] == nil then
    return
  elseif instruction == 'c' then
    set_complete(id, value, head)
  elseif next_at == '' then
    if head[4] == '' and (head[1] == 'w' or head[1] == 'p') then
      set_complete(id, value, head)
    end
  elseif following ~= '' and head[7] == '' and head[4] == next_at and not has(head[2], 'c') then
    write(id, write_head(head[1], head[2], head[3], next_at, head[5], head[6], following, head[8]), value)
  end
end

-- Writes what a run left in its data, and nothing else of the job, which may have been replaced meanwhile.
local function persist(job_id, left)
  local job = redis.call('HGET', jobs, job_id)
  if job and has(string.match(job, '^(%l*)'), 'p') then
    local before, behind = string.match(job, '^(%Z*%z%Z*%z)%Z*(%z.*)$')
    redis.call('HSET', jobs, job_id, before .. left .. behind)
  end
end

local tokens = {}
for at = 6, #ARGV, 6 do
  tokens[#tokens + 1] = ARGV[at]
end
local found = values_of(runs, tokens)
local ends, trigger_ids, ended = {}, {}, {}
for nth, token in ipairs(tokens) do
  local job_id, id, exclusive = read_ending(found[nth] or '')
  trigger_ids[nth] = ''
  if job_id and not ended[token] then
    ended[token] = true
    ends[nth] = { job_id = job_id, exclusive = exclusive }
    trigger_ids[nth] = id
  end
end
local values = values_of(triggers, trigger_ids)
for nth, token in ipairs(tokens) do
  local ending, id, at = ends[nth], trigger_ids[nth], 6 * nth
  if ending then
    ended_runs[#ended_runs + 1] = token
    runs_less[ending.job_id] = (runs_less[ending.job_id] or 0) + 1
    local value = current[id]
    if value == nil then
      value = values[nth]
    end
    apply(id, value, ARGV[at + 1], ARGV[at + 2], ARGV[at + 3])
    if ARGV[at + 4] ~= '' then
      persist(ARGV[at + 4], ARGV[at + 5])
    end
    changed = changed or ending.exclusive
    letters[nth] = 'c'
  else
    letters[nth] = 's'
  end
end
local pairs_written = {}
for id, value in pairs(written) do
  gather(pairs_written, id, value)
end
in_pieces('HSET', triggers, pairs_written)
in_pieces('HDEL', runs, ended_runs)
for job_id, by in pairs(runs_less) do
  count_run(job_id, -by)
end
in_pieces('HDEL', triggers, gone_ids)
in_pieces('ZREM', ids, gone_ids)
in_pieces('ZREM', by_job, gone_members)
for _, job_id in ipairs(bereft_jobs) do
  if remove_orphan(job_id) then
    orphans[#orphans + 1] = job_id
  end
end
if changed then
  publish(ARGV[4], ARGV[5], '')
end
finish(table.concat(letters))
return { 'ok', table.concat(letters), changed and 1 or 0, orphans }
