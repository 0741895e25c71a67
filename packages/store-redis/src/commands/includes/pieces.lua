-- The pieces of a request: in ARGV from `first` on; or, when ARGV[4] says how many there are, brought before, in a list.

-- Whether they were brought, and not all once.
local function incomplete()
  return ARGV[4] ~= '' and redis.call('LLEN', stage) ~= tonumber(ARGV[4])
end

-- Calls work(piece, next) for each; next() gives the piece after it.
local function each_piece(first, work)
  local at = first
  local page, page_at, offset = {}, 1, 0
  local function take()
    if ARGV[4] == '' then
      at = at + 1
      return ARGV[at - 1]
    end
    if page_at > #page then
      page = redis.call('LRANGE', stage, offset, offset + 4999)
      offset = offset + #page
      page_at = 1
    end
    page_at = page_at + 1
    return page[page_at - 1]
  end
  local piece = take()
  while piece do
    work(piece, take)
    piece = take()
  end
end
