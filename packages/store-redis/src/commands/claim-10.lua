--[[
Claims what is due, and fires what is due now, of a class the caller has, and whose following fire is known.

@keys meta triggers data due due_ignore parked parked_of jobs runs live
@include guard batch head runs due

ARGV
  1-3  the id of the data, lane, number of the call
  4    now (epoch ms)
  5    the first is due at this instant or before
  6    how far behind the first, or behind now, the others may be due (ms)
  7    what is due before this instant has misfired, unless it ignores that
  8    how many misfired triggers to hand out; 0 when the caller has handled them
  9    at most so many claims
  10   the claiming node
  11   tokens of earlier calls whose answers were lost, joined by NUL
  12   what the tokens of this call begin with: the first claim has it with .1 behind it, the next with .2 …
  13   classes that may be fired, each between two NULs
  14   classes to leave out, likewise
  15   1 when what is not due yet and would be fired once it is may be left, else 0

Replies
  misfired, more, { id, value, data … }        handle these, then call again
  ok, { job id, job … }, { kind, token, id, value, data, run … }, { id of a trigger whose head is damaged … }, 1 when it
  stepped over so many that it went no further, else 0, when the first is due that was left, '' none, '-' not known
    kind: a acquired, f fired (the value is the one before the fire), r fired by an earlier call (the value is now's)
  lost | late | locked, ms left
]]
local refused = refusal()
local again = refused ~= nil and refused[1] == 'again'
if refused and not again then
  return refused
end

-- Busy triggers that a claim steps over are parked when they are more than this …
local PARKED_BEYOND = 32
-- … and a claim ends when they are so many.
local MOST_STEPS = 1000

local now = tonumber(ARGV[4])
local no_later = tonumber(ARGV[5])
local window = tonumber(ARGV[6])
local max_misfires = tonumber(ARGV[8])
local max_count = tonumber(ARGV[9])
local node = ARGV[10]
local may_leave = ARGV[15] == '1'
-- The bound moves once, with the first claim: never beyond this.
local horizon = math.max(no_later, now) + window

local claims = {}
local job_list = {}
local damaged = {}
local known_jobs = {}

-- What is to be known of a job; false when it is missing. It is looked at once, however many triggers it has.
local function job_of(id)
  local job = known_jobs[id]
  if job == nil then
    local value = redis.call('HGET', jobs, id)
    if value then
      local flags, class = string.match(value, '^(%l*)%z(%Z*)')
      local named = '\0' .. class .. '\0'
      job = {
        flags = flags,
        value = value,
        run_flags = string.gsub(flags, '[^nr]', ''),
        run_starts = {},
        run_end = '\0' .. node .. '\0' .. id .. '\0',
        exclusive = has(flags, 'n'),
        excluded = string.find(ARGV[14], named, 1, true) ~= nil,
        fireable = string.find(ARGV[13], named, 1, true) ~= nil,
      }
    else
      job = false
    end
    known_jobs[id] = job
  end
  return job
end

local function mention(id)
  local job = job_of(id)
  if job and not job.mentioned then
    job.mentioned = true
    job_list[#job_list + 1] = id
    job_list[#job_list + 1] = job.value
  end
end

local function large_of(flags, id)
  if has(flags, 'd') then
    return redis.call('HGET', data, id) or ''
  end
  return ''
end

local function hand_out(kind, token, id, value, flags, run)
  local at = #claims
  claims[at + 1] = kind
  claims[at + 2] = token
  claims[at + 3] = id
  claims[at + 4] = value
  claims[at + 5] = large_of(flags, id)
  claims[at + 6] = run
end

-- What an earlier call claimed whose answer was lost.
local function recall(token)
  local run = redis.call('HGET', runs, token)
  if run then
    local run_state, _, _, _, _, job_id, id = read_run(run)
    local value = redis.call('HGET', triggers, id)
    local flags, held, _
    if value then
      _, flags, _, _, _, _, _, held = read_head(value)
    end
    if run_state == 'a' and held == token then
      mention(job_id)
      hand_out('a', token, id, value, flags, '')
    elseif run_state == 'x' and value and flags and redis.call('HEXISTS', jobs, job_id) == 1 then
      mention(job_id)
      hand_out('r', token, id, value, flags, run)
    else
      -- Nobody will run it, and nobody has: what it was for is gone.
      redis.call('HDEL', runs, token)
      count_run(job_id, -1)
    end
  end
end

for token in string.gmatch(ARGV[11], '%Z+') do
  recall(token)
end
if again then
  for number = 1, max_count do
    recall(ARGV[12] .. '.' .. number)
  end
  finish_unremembered()
  return { 'ok', job_list, claims, damaged, 0, '-' }
end

-- A sorted set read page by page, as far as it is needed; pages grow, since often little is due of much that is asked for.
local function open_stream(key, min)
  return { key = key, min = min, offset = 0, at = 1, count = 0, known = 0, scored = 0, size = 4, ended = false }
end

local most_at_once = math.max(1, math.min(max_count, 256))

local function peek(stream)
  if stream.at > stream.count and not stream.ended then
    local page_size = math.min(stream.size, most_at_once)
    stream.size = stream.size * 4
    local page = redis.call(
      'ZRANGEBYSCORE', stream.key, stream.min, horizon, 'WITHSCORES', 'LIMIT', stream.offset, page_size
    )
    stream.page = page
    stream.count = #page / 2
    stream.offset = stream.offset + stream.count
    stream.at = 1
    stream.known, stream.scored = 0, 0
    stream.ended = stream.count < page_size
  end
  if stream.at > stream.count then
    return nil
  end
  if stream.scored ~= stream.at then
    stream.scored = stream.at
    stream.score = tonumber(stream.page[2 * stream.at])
  end
  return stream.score
end

-- Takes the front of a stream: its id and value. Values are read for as many as one claim may take together, no more:
-- with one trigger due soon the others of its page have long to wait.
local function take(stream)
  local at, page = stream.at, stream.page
  if at > stream.known then
    local reach = math.max(tonumber(page[2 * at]), now) + window
    local names = {}
    local last = at
    repeat
      names[#names + 1] = string.sub(page[2 * last - 1], 9)
      last = last + 1
    until last > stream.count or tonumber(page[2 * last]) > reach
    stream.first, stream.known = at, last - 1
    stream.names, stream.values = names, values_of(triggers, names)
  end
  stream.at = at + 1
  local index = at - stream.first + 1
  return stream.names[index], stream.values[index]
end

-- Byte by byte: Lua's own comparison follows the locale of the server.
local function before(a, b)
  for at = 1, math.min(#a, #b) do
    local x, y = string.byte(a, at), string.byte(b, at)
    if x ~= y then
      return x < y
    end
  end
  return #a < #b
end

-- Of two streams the one whose next member comes first; nil when both have ended.
local function earlier(one, two)
  local a, b = peek(one), peek(two)
  if a == nil or b == nil then
    return (a ~= nil and one) or (b ~= nil and two) or nil
  end
  if a ~= b then
    return a < b and one or two
  end
  return before(one.page[2 * one.at - 1], two.page[2 * two.at - 1]) and one or two
end

local function is_busy(job_id, job)
  if not job.exclusive then
    return false
  end
  if job.busy == nil then
    job.busy = redis.call('HEXISTS', live, job_id) == 1
  end
  return job.busy
end

-- What is due of busy jobs, as the sets of waiting triggers have it.
local stepped = { due = {}, due_ignore = {} }
local parked_now, parked_of_now = {}, {}

local function step_over(job_id, flags, rank, next_at, id)
  local _, name = due_set(flags)
  stepped[name][#stepped[name] + 1] = rank .. id
  parked_now[#parked_now + 1] = next_at
  parked_now[#parked_now + 1] = rank .. id
  parked_of_now[#parked_of_now + 1] = 0
  parked_of_now[#parked_of_now + 1] = parked_member(job_id, next_at, rank, id)
end

local function stepped_over()
  return #parked_now / 2
end

local function park()
  if stepped_over() > PARKED_BEYOND then
    grown.due = grown.due - in_pieces('ZREM', due, stepped.due)
    grown.due_ignore = grown.due_ignore - in_pieces('ZREM', due_ignore, stepped.due_ignore)
    grown.parked = grown.parked + in_pieces('ZADD', parked, parked_now)
    in_pieces('ZADD', parked_of, parked_of_now)
  end
end

-- Nearly always nothing has misfired, and what is read for this look is what may be claimed.
local misfired_before = tonumber(ARGV[7])
local front = open_stream(due, max_misfires > 0 and '-inf' or ARGV[7])
if (peek(front) or misfired_before) < misfired_before then
  local handed = {}
  local more = 0
  while (peek(front) or misfired_before) < misfired_before and stepped_over() < MOST_STEPS do
    local id, value = take(front)
    local state, flags, rank, next_at, job_id, _
    if value then
      state, flags, rank, next_at, _, _, _, _, _, job_id = read_head(value)
    end
    if state == nil then
      damaged[#damaged + 1] = id
    else
      local job = job_of(job_id)
      if job and is_busy(job_id, job) then
        step_over(job_id, flags, rank, next_at, id)
      else
        if #handed / 3 >= max_misfires then
          more = 1
          break
        end
        handed[#handed + 1] = id
        handed[#handed + 1] = value
        handed[#handed + 1] = large_of(flags, id)
      end
    end
  end
  if #handed > 0 and #claims == 0 then
    park()
    finish_unremembered()
    return { 'misfired', more, handed }
  end
  front = open_stream(due, ARGV[7])
end

-- What stands in an execution between its state and its times.
local function run_start(job, rank)
  local start = job.run_starts[rank]
  if start == nil then
    start = '|' .. job.run_flags .. '|' .. string.format('%.0f', 2147483647 - tonumber(rank, 16)) .. '|'
    job.run_starts[rank] = start
  end
  return start
end

-- The head of a trigger, as read_head() gives it. One-shots that nobody has touched are known by their first bytes, and
-- are nearly all of a backlog: a pattern costs as much as all else that is done with one here.
local function read_due(value, member, at)
  local rank = string.sub(member, 1, 8)
  local start = 'w|' .. rank .. '|' .. at .. '||0|-|\0'
  if string.sub(value, 1, #start) == start then
    local job_id = job_id_in(value, #start)
    if job_id then
      return 'w', '', rank, at, '', '0', '-', '', #start, job_id
    end
  end
  return read_head(value)
end

local streams = { front, open_stream(due_ignore, '-inf') }
streams[2].ended = had.due_ignore + grown.due_ignore == 0
local bound = no_later
local fresh, left_at = 0, '-'
local written, runs_written, gone = {}, {}, { {}, {} }
local again_due = { {}, {} }
local live_grown = {}

while #claims / 6 < max_count and stepped_over() < MOST_STEPS do
  local stream = earlier(streams[1], streams[2])
  local score = stream and peek(stream)
  if score == nil or score > bound then
    left_at = score and score <= no_later and stream.page[2 * stream.at] or ''
    break
  end
  local which = stream == streams[1] and 1 or 2
  local member, at = stream.page[2 * stream.at - 1], stream.page[2 * stream.at]
  local id, value = take(stream)
  local state, flags, rank, next_at, previous_at, times, following, _, tail, job_id
  if value then
    state, flags, rank, next_at, previous_at, times, following, _, tail, job_id = read_due(value, member, at)
  end
  if state == nil then
    damaged[#damaged + 1] = id
  else
    local job = job_of(job_id)
    if job and not job.excluded and is_busy(job_id, job) then
      step_over(job_id, flags, rank, next_at, id)
    elseif job and not job.excluded then
      local fireable = following ~= '' and job.fireable and not has(flags, 'c')
      if fireable and score > now and may_leave then
        left_at = at
        break
      end
      job.busy = job.exclusive
      if fresh == 0 then
        bound = math.max(score, now) + window
      end
      fresh = fresh + 1
      local token = ARGV[12] .. '.' .. fresh
      local fires = score <= now and fireable
      gone[which][#gone[which] + 1] = member
      local changed
      if fires then
        local coming, then_following = following, ''
        if following == '-' then
          coming, then_following = '', '-'
        else
          again_due[which][#again_due[which] + 1] = coming
          again_due[which][#again_due[which] + 1] = member
        end
        local count = times == '0' and '1' or string.format('%.0f', tonumber(times) + 1)
        changed = write_head('w', flags, rank, coming, next_at, count, then_following, '')
      else
        changed = write_head('a', flags, rank, next_at, previous_at, times, following, token)
      end
      written[#written + 1] = id
      written[#written + 1] = changed .. string.sub(value, tail)
      runs_written[#runs_written + 1] = token
      runs_written[#runs_written + 1] = (fires and 'x' or 'a') .. run_start(job, rank) .. next_at .. '|'
        .. (fires and ARGV[4] or '') .. '|' .. previous_at .. job.run_end .. id
      live_grown[job_id] = (live_grown[job_id] or 0) + 1
      mention(job_id)
      hand_out(fires and 'f' or 'a', token, id, value, flags, '')
    end
  end
end

-- A set loses all that is claimed; what fires again comes back, with a later time.
if fresh > 0 then
  grown.due = grown.due - in_pieces('ZREM', due, gone[1])
  grown.due = grown.due + in_pieces('ZADD', due, again_due[1])
  grown.due_ignore = grown.due_ignore - in_pieces('ZREM', due_ignore, gone[2])
  grown.due_ignore = grown.due_ignore + in_pieces('ZADD', due_ignore, again_due[2])
  in_pieces('HSET', triggers, written)
  in_pieces('HSET', runs, runs_written)
  for job_id, by in pairs(live_grown) do
    redis.call('HINCRBY', live, job_id, by)
  end
end
local gave_up = stepped_over() >= MOST_STEPS and 1 or 0
park()
if fresh > 0 then
  finish('')
else
  finish_unremembered()
end
return { 'ok', job_list, claims, damaged, gave_up, left_at }
