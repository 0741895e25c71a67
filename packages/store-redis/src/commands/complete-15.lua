--[[
Ends runs, and does to their triggers what their instructions say.

@keys meta fates lock triggers data ids due due_ignore by_job by_calendar complete jobs job_ids runs live
@include batch guard head runs due indexes publish

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

local function set_complete(id, value, head)
  local flags, rank, next_at = head[2], head[3], head[4]
  if head[1] == 'w' and next_at ~= '' then
    leave_due(flags, rank, id)
  end
  local written = write_head('c', flags, rank, next_at, head[5], head[6], head[7], '')
  redis.call('HSET', triggers, id, written .. string.sub(value, head[9]))
  redis.call('SADD', complete, id)
  changed = true
end

-- What goes is gathered, and goes in one command of each kind.
local ended, ended_runs = {}, {}
local removed, gone_ids, gone_members = {}, {}, {}
local bereft, bereft_jobs = {}, {}
local runs_less = {}

local function lose_trigger(job_id)
  if not bereft[job_id] then
    bereft[job_id] = true
    bereft_jobs[#bereft_jobs + 1] = job_id
  end
end

local function take_away(id, value, head)
  local is_plain = head[2] == '' and head[1] ~= 'c' and not (head[1] == 'w' and head[4] ~= '')
  if is_plain then
    gone_ids[#gone_ids + 1] = id
    gone_members[#gone_members + 1] = head[10] .. '\0' .. id
    grown.triggers = grown.triggers - 1
  else
    remove_trigger(id, value)
  end
  removed[id] = true
  lose_trigger(head[10])
end

local function apply(id, instruction, next_at, following)
  local value = not removed[id] and redis.call('HGET', triggers, id)
  if not value then
    return
  end
  local head = { read_head(value) }
  if head[1] == nil then
    if instruction == 'd' then
      remove_trigger(id, value)
      removed[id] = true
    end
    return
  end
  if instruction == 'd' then
    -- A job may have given its own trigger a new schedule while it ran: then the trigger goes on.
    if next_at == '' and head[4] ~= '' then
      return
    end
    take_away(id, value, head)
    changed = changed or next_at ~= ''
  elseif instruction == 'c' then
    set_complete(id, value, head)
  elseif next_at == '' then
    if head[4] == '' and (head[1] == 'w' or head[1] == 'p') then
      set_complete(id, value, head)
    end
  elseif following ~= '' and head[7] == '' and head[4] == next_at and not has(head[2], 'c') then
    local written = write_head(head[1], head[2], head[3], next_at, head[5], head[6], following, head[8])
    redis.call('HSET', triggers, id, written .. string.sub(value, head[9]))
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

for at = 6, #ARGV, 6 do
  local run = not ended[ARGV[at]] and redis.call('HGET', runs, ARGV[at])
  local state, flags, _, _, _, job_id, id = read_run(run or '')
  if state == 'x' then
    ended[ARGV[at]] = true
    ended_runs[#ended_runs + 1] = ARGV[at]
    runs_less[job_id] = (runs_less[job_id] or 0) + 1
    apply(id, ARGV[at + 1], ARGV[at + 2], ARGV[at + 3])
    if ARGV[at + 4] ~= '' then
      persist(ARGV[at + 4], ARGV[at + 5])
    end
    changed = changed or has(flags, 'n')
    letters[#letters + 1] = 'c'
  else
    letters[#letters + 1] = 's'
  end
end
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
settle()
if changed then
  publish(ARGV[4], ARGV[5], '')
end
remember(table.concat(letters))
return { 'ok', table.concat(letters), changed and 1 or 0, orphans }
