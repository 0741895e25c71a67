-- Tells the other nodes of a fire that may come before what they wait for: its time, or '' when it is not known.
local function publish(channel, sender, at)
  redis.call('PUBLISH', channel, sender .. ' ' .. at)
end
