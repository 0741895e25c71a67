--[[
Claims what is due, and fires what is due now, of a class the caller has, and whose following fire is known.

@keys meta fates lock triggers data due due_ignore jobs runs live
@include batch guard head runs

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

Replies
  misfired, more, { id, value, data … }        handle these, then call again
  ok, { job id, job … }, { kind, token, id, value, data, run … }, { id of a trigger whose head is damaged … }
    kind: a acquired, f fired (the value is the one before the fire), r fired by an earlier call (the value is now's)
  lost | late | locked, ms left
]]
local refused = refusal()
local again = refused ~= nil and refused[1] == 'again'
if refused and not again then
  return refused
end

local now = tonumber(ARGV[4])
local no_later = tonumber(ARGV[5])
local window = tonumber(ARGV[6])
local max_misfires = tonumber(ARGV[8])
local max_count = tonumber(ARGV[9])
local node = ARGV[10]
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
  return { 'ok', job_list, claims, damaged }
end

-- A sorted set read page by page, as far as it is needed; pages grow, since often little is due of much that is asked for.
local function open_stream(key, min)
  return { key = key, min = min, offset = 0, at = 1, count = 0, known = 0, size = 4, ended = false }
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
    stream.known = 0
    stream.ended = stream.count < page_size
  end
  if stream.at > stream.count then
    return nil
  end
  return tonumber(stream.page[2 * stream.at])
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

-- Nearly always nothing has misfired, and what is read for this look is what may be claimed.
local misfired_before = tonumber(ARGV[7])
local front = open_stream(due, max_misfires > 0 and '-inf' or ARGV[7])
if (peek(front) or misfired_before) < misfired_before then
  local handed = {}
  local more = 0
  while (peek(front) or misfired_before) < misfired_before do
    local id, value = take(front)
    local state, flags, job_id, _
    if value then
      state, flags, _, _, _, _, _, _, _, job_id = read_head(value)
    end
    if state == nil then
      damaged[#damaged + 1] = id
    else
      local job = job_of(job_id)
      if not (job and is_busy(job_id, job)) then
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
    return { 'misfired', more, handed }
  end
  front = open_stream(due, ARGV[7])
end

local priorities = {}
local function priority_of(rank)
  local priority = priorities[rank]
  if priority == nil then
    priority = string.format('%.0f', 2147483647 - tonumber(rank, 16))
    priorities[rank] = priority
  end
  return priority
end

local streams = { front, open_stream(due_ignore, '-inf') }
local bound = no_later
local fresh = 0
local written, runs_written, gone = {}, {}, { {}, {} }
local again_due = { {}, {} }
local due_grown = 0
local live_grown = {}

while #claims / 6 < max_count do
  local stream = earlier(streams[1], streams[2])
  local score = stream and peek(stream)
  if score == nil or score > bound then
    break
  end
  local which = stream == streams[1] and 1 or 2
  local member, at = stream.page[2 * stream.at - 1], stream.page[2 * stream.at]
  local id, value = take(stream)
  local state, flags, rank, next_at, previous_at, times, following, _, tail, job_id
  if value then
    state, flags, rank, next_at, previous_at, times, following, _, tail, job_id = read_head(value)
  end
  if state == nil then
    damaged[#damaged + 1] = id
  else
    local job = job_of(job_id)
    if job and not job.excluded and not is_busy(job_id, job) then
      job.busy = job.exclusive
      if fresh == 0 then
        bound = math.max(score, now) + window
      end
      fresh = fresh + 1
      local token = ARGV[12] .. '.' .. fresh
      local fires = score <= now
        and following ~= ''
        and job.fireable
        and not has(flags, 'c')
      gone[which][#gone[which] + 1] = member
      local changed
      if fires then
        local coming, then_following = following, ''
        if following == '-' then
          coming, then_following = '', '-'
          due_grown = due_grown - 1
        else
          again_due[which][#again_due[which] + 1] = coming
          again_due[which][#again_due[which] + 1] = member
        end
        changed = write_head(
          'w', flags, rank, coming, next_at, string.format('%.0f', tonumber(times) + 1), then_following, ''
        )
      else
        due_grown = due_grown - 1
        changed = write_head('a', flags, rank, next_at, previous_at, times, following, token)
      end
      written[#written + 1] = id
      written[#written + 1] = changed .. string.sub(value, tail)
      local run = (fires and 'x|' or 'a|') .. job.run_flags .. '|' .. priority_of(rank) .. '|' .. next_at
      run = run .. '|' .. (fires and ARGV[4] or '') .. '|' .. previous_at .. '\0' .. node .. '\0' .. job_id .. '\0' .. id
      runs_written[#runs_written + 1] = token
      runs_written[#runs_written + 1] = run
      live_grown[job_id] = (live_grown[job_id] or 0) + 1
      mention(job_id)
      hand_out(fires and 'f' or 'a', token, id, value, flags, '')
    end
  end
end

if fresh > 0 then
  in_pieces('ZREM', due, gone[1])
  in_pieces('ZREM', due_ignore, gone[2])
  in_pieces('ZADD', due, again_due[1])
  in_pieces('ZADD', due_ignore, again_due[2])
  in_pieces('HSET', triggers, written)
  in_pieces('HSET', runs, runs_written)
  for job_id, by in pairs(live_grown) do
    redis.call('HINCRBY', live, job_id, by)
  end
  if due_grown ~= 0 then
    redis.call('HINCRBY', meta, 'due', due_grown)
  end
  remember('')
end
return { 'ok', job_list, claims, damaged }
