-- Makes the key that every script looks for first, of data in which nothing is stored.
local function found(id, version)
  redis.call(
    'HSET', meta, 'id', id, 'version', version, 'nodes', '', 'paused', 0, 'parked', 0, 'triggers', 0, 'jobs', 0, 'due', 0,
    'due_ignore', 0
  )
end
