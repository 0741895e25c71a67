--[[
Takes the lock under which a transaction reads; its commit gives it back. While it is held no other script writes.

@keys meta

ARGV
  1  the id of the data
  2  token of the transaction
  3  lease (ms): whoever dies holds the others up for no longer
  4  1 to renew what is held, 0 to take it, - to give it back

Replies
  ok | lost | locked, ms left | gone (nothing was held any more)
]]
local stored, held = unpack(redis.call('HMGET', meta, 'id', 'lock'))
if stored ~= ARGV[1] then
  return { 'lost' }
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local holder, over_at = string.match(held or '', '^(.*)|(%d+)$')
if holder and tonumber(over_at) <= now then
  holder = nil
end
if ARGV[4] == '0' then
  if holder and holder ~= ARGV[2] then
    return { 'locked', tonumber(over_at) - now }
  end
elseif holder ~= ARGV[2] then
  return { 'gone' }
end
if ARGV[4] == '-' then
  redis.call('HDEL', meta, 'lock')
else
  redis.call('HSET', meta, 'lock', ARGV[2] .. '|' .. string.format('%.0f', now + tonumber(ARGV[3])))
end
return { 'ok' }
