--[[
Takes the lock under which a transaction reads; its commit gives it back. While it is held no other script writes.

@keys meta lock

ARGV
  1  the id of the data
  2  token of the transaction
  3  lease (ms): whoever dies holds the others up for no longer
  4  1 to renew what is held, 0 to take it, - to give it back

Replies
  ok | lost | locked, ms left | gone (nothing was held any more)
]]
if redis.call('HGET', meta, 'id') ~= ARGV[1] then
  return { 'lost' }
end
local holder = redis.call('GET', lock)
if ARGV[4] == '0' then
  if holder and holder ~= ARGV[2] then
    return { 'locked', redis.call('PTTL', lock) }
  end
  redis.call('SET', lock, ARGV[2], 'PX', ARGV[3])
  return { 'ok' }
end
if holder ~= ARGV[2] then
  return { 'gone' }
end
if ARGV[4] == '1' then
  redis.call('PEXPIRE', lock, ARGV[3])
else
  redis.call('DEL', lock)
end
return { 'ok' }
