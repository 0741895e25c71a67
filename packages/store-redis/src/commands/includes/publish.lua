-- Tells the other nodes of a fire that may come before what they wait for: its time, or '' when it is not known. Where
-- only the sender itself is a node there is nobody to tell.
local function publish(channel, sender, at)
  if facts[4] and facts[4] ~= '' and facts[4] ~= sender then
    redis.call('PUBLISH', channel, sender .. ' ' .. at)
  end
end
