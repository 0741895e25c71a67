-- Tells the other nodes of a fire that may come before what they wait for: its time, or '' when it is not known. Where
-- only the sender itself listens there is nobody to tell; a server of a cluster cannot know, and tells.
local function publish(channel, sender, at)
  if string.sub(sender, 1, 2) ~= 'C-' then
    local listening = redis.call('PUBSUB', 'NUMSUB', channel, channel .. ':' .. sender)
    if listening[2] <= listening[4] then
      return
    end
  end
  redis.call('PUBLISH', channel, sender .. ' ' .. at)
end
