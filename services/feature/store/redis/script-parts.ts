/*
 * Lua that several scripts share. Values only ever come as arguments; ARGV[1] is the prefix of all keys. Redis runs a script whole:
 * nobody sees it half done, and the append-only file has all of its writes or none.
 */

/** Marks of a tile's last change are kept at least this long; a reader that is further behind looks at all tiles of its key. */
const markTicks = 24 * 3_600_000 * 1024;

/**
 * `store(items, ticks)` applies a part of a commit (see commit-part.ts) and gives one character an event: "1" for a duplicate.
 * Redis takes about 5 us for each group of rows.
 */
export const storePart = `
local function store(items, ticks)
  local head = struct.pack('<d', ticks)
  local score = string.format('%.0f', ticks)
  local scores = {}
  local at = 0
  local function take()
    at = at + 1
    return items[at]
  end
  local flags = {}
  local function unknown(stream, first, count)
    local known, fresh, seen = {}, {}, {}
    for from = first, first + count - 1, 1000 do
      local to = math.min(from + 999, first + count - 1)
      for n, is in ipairs(redis.call('SMISMEMBER', p .. 'ids:' .. stream, unpack(items, from, to))) do
        local id = items[from + n - 1]
        if is == 1 or seen[id] then
          known[from + n - first] = true
        else
          seen[id] = true
          fresh[#fresh + 1] = id
        end
        flags[#flags + 1] = known[from + n - first] and '1' or '0'
      end
    end
    for from = 1, #fresh, 1000 do
      redis.call('SADD', p .. 'ids:' .. stream, unpack(fresh, from, math.min(from + 999, #fresh)))
    end
    return known
  end
  for _ = 1, tonumber(take()) do
    local stream, count = take(), tonumber(take())
    local ids = at + 1
    local rows = ids + count
    at = at + 2 * count
    local known = unknown(stream, ids, count)
    for _ = 1, tonumber(take()) do
      local index, key, tile, places = take(), take(), take(), take()
      local isLog = index == ''
      local picked = { head }
      for byte = 1, #places, 2 do
        local low, high = string.byte(places, byte, byte + 1)
        local place = low + 256 * high
        if not known[place + 1] then
          if isLog then
            local id = items[ids + place]
            picked[#picked + 1] = string.char(#id)
            picked[#picked + 1] = id
          end
          picked[#picked + 1] = items[rows + place]
        end
      end
      if #picked > 1 and isLog then
        local length = redis.call('RPUSH', p .. 'l:' .. tile .. ':' .. stream, table.concat(picked))
        if length == 1 then redis.call('ZADD', p .. 'log:' .. stream, tile, tile) end
      elseif #picked > 1 then
        local directory = p .. 'i:' .. index .. ':' .. key
        local length = redis.call('RPUSH', p .. 't:' .. index .. ':' .. tile .. ':' .. key, table.concat(picked))
        scores[tile] = scores[tile] or string.format('%.0f', tile - 1e9)
        redis.call('ZADD', directory, scores[tile], tile, score, '@' .. tile)
        if length == 1 and tile % 8 == 0 then redis.call('ZREMRANGEBYSCORE', directory, 0, ticks - ${markTicks}) end
      end
    end
  end
  local base = tonumber(take())
  for n = 1, tonumber(take()) do
    local stream, value = take(), take()
    local id = string.format('%016.0f-%06d-', ticks, base + n) .. stream
    redis.call('ZADD', p .. 'q', 0, id)
    redis.call('ZADD', p .. 'q:' .. stream, 0, id)
    redis.call('HSET', p .. 'qv', id, value)
  end
  for _ = 1, tonumber(take()) do
    local id = take()
    redis.call('ZREM', p .. 'q', id)
    redis.call('ZREM', p .. 'q:' .. id:sub(25), id)
    redis.call('HDEL', p .. 'qv', id)
  end
  return table.concat(flags)
end
`;

/**
 * `refusal()`: what forbids a commit, as a reply; nil if nothing does. GONE: the server has lost commits that the caller has seen. BUSY:
 * finish the commit that is under way first. VERSION: the caller does not know all indexes. BEHIND: the clock is behind. ARGV[2] to
 * ARGV[5] are the version and the last ticks that the caller knows, the ticks of now and the greatest lag.
 */
export const admission = `
local function numberAt(key) return tonumber(redis.call('GET', p .. key) or '0') end
local function text(number) return string.format('%.0f', number) end
local last = numberAt('last')
local function refusal()
  if last < tonumber(ARGV[3]) then return { 'GONE', text(last) } end
  local token = redis.call('HGET', p .. 'current', 'token')
  if token then return { 'BUSY', token } end
  if numberAt('version') ~= tonumber(ARGV[2]) then return { 'VERSION' } end
  if last - tonumber(ARGV[4]) > tonumber(ARGV[5]) then return { 'BEHIND', text(last) } end
end
local function nextTicks() return math.max(tonumber(ARGV[4]), last + 1) end
`;

/** What every reply to a reader begins with: ticks of the last commit, version of the catalog. */
export const readHead = `
local last = redis.call('GET', p .. 'last') or '0'
local head = { last, redis.call('GET', p .. 'version') or '0' }
`;

/** How far from their tick the marks may be gone; for readers. */
export const markLimit = `local markTicks = ${markTicks}\n`;
