import { admission, markLimit, readHead, storePart } from './script-parts.ts';

/*
 * The first line says how a script behaves when the server is out of memory (https://redis.io/docs/latest/develop/interact/programmability/lua-api/#script_flags):
 * those without a flag are refused before they begin, those that only read or that free or finish go on.
 */
const prefix = 'local p = ARGV[1]\n';
const writes = `#!lua\n${prefix}`;
const finishes = `#!lua flags=allow-oom\n${prefix}`;
const reads = `#!lua flags=no-writes\n${prefix}`;

export const scripts = {
  /** prefix, version, last ticks, ticks of now, greatest lag, items of the part -> OK, ticks, duplicates; or a refusal. */
  commit: `${writes}${storePart}${admission}
local refused = refusal()
if refused then return refused end
local ticks = nextTicks()
local items = {}
for n = 6, #ARGV do items[n - 5] = ARGV[n] end
local flags = store(items, ticks)
redis.call('SET', p .. 'last', text(ticks))
return { 'OK', text(ticks), flags }
`,

  /** prefix, version, last ticks, ticks of now, greatest lag, token, number of parts -> OK, ticks; LOST if a part is missing; or a refusal. */
  begin: `${writes}${admission}
local refused = refusal()
if refused then return refused end
local token, parts = ARGV[6], tonumber(ARGV[7])
for part = 0, parts - 1 do
  if redis.call('EXISTS', p .. 'p:' .. token .. ':' .. part) == 0 then return { 'LOST' } end
end
local ticks = nextTicks()
redis.call('HSET', p .. 'current', 'token', token, 'ticks', text(ticks), 'parts', parts, 'next', 0)
for part = 0, parts - 1 do redis.call('PERSIST', p .. 'p:' .. token .. ':' .. part) end
return { 'OK', text(ticks) }
`,

  /** prefix, token, ms that the result is kept -> 1 if more parts are left, 0 if that commit is done. */
  apply: `${finishes}${storePart}
local token, ticks, parts, part = unpack(redis.call('HMGET', p .. 'current', 'token', 'ticks', 'parts', 'next'))
if token ~= ARGV[2] then return 0 end
local waiting = p .. 'p:' .. token .. ':' .. part
local result = p .. 'r:' .. token
redis.call('RPUSH', result, store(redis.call('LRANGE', waiting, 0, -1), tonumber(ticks)))
redis.call('UNLINK', waiting)
if part + 1 < tonumber(parts) then
  redis.call('HSET', p .. 'current', 'next', part + 1)
  return 1
end
redis.call('PEXPIRE', result, ARGV[3])
redis.call('UNLINK', p .. 'current')
redis.call('SET', p .. 'last', ticks)
return 0
`,

  /** prefix, index, key, first tile, last tile -> head, sections tile after tile. */
  read: `${reads}${readHead}
local found = {}
local name = ':' .. ARGV[3]
local tiles = redis.call('ZRANGEBYSCORE', p .. 'i:' .. ARGV[2] .. name, ARGV[4] - 1e9, ARGV[5] - 1e9)
for _, tile in ipairs(tiles) do
  for _, section in ipairs(redis.call('LRANGE', p .. 't:' .. ARGV[2] .. ':' .. tile .. name, 0, -1)) do
    found[#found + 1] = section
  end
end
return { head, found }
`,

  /** prefix, index, key, tile -> head, tile, its sections; the tile that is the last of those at or before this one that are visible. */
  lastTile: `${reads}${readHead}
local name = ':' .. ARGV[3]
local bound = ARGV[4] - 1e9
while true do
  local tile = redis.call('ZREVRANGEBYSCORE', p .. 'i:' .. ARGV[2] .. name, bound, '-inf', 'LIMIT', 0, 1)[1]
  if not tile then return { head } end
  local list = p .. 't:' .. ARGV[2] .. ':' .. tile .. name
  local first = redis.call('LINDEX', list, 0)
  if first and struct.unpack('<d', first) <= tonumber(last) then return { head, tile, redis.call('LRANGE', list, 0, -1) } end
  bound = tile - 1 - 1e9
end
`,

  /** prefix, then index, key and ticks of each place -> head, the later sections of each place, in no order. */
  since: `${reads}${readHead}${markLimit}
local places = {}
for at = 2, #ARGV, 3 do
  local name, after = ':' .. ARGV[at + 1], tonumber(ARGV[at + 2])
  local directory = p .. 'i:' .. ARGV[at] .. name
  local found = {}
  local marks = redis.call('ZRANGEBYSCORE', directory, '(' .. ARGV[at + 2], '+inf', 'WITHSCORES')
  local tiles = {}
  if #marks > 0 and tonumber(marks[#marks]) - after > markTicks then
    tiles = redis.call('ZRANGEBYSCORE', directory, '-inf', '(0')
  else
    for n = 1, #marks, 2 do tiles[#tiles + 1] = marks[n]:sub(2) end
  end
  for _, tile in ipairs(tiles) do
    local list = p .. 't:' .. ARGV[at] .. ':' .. tile .. name
    local to, page = -1, 8
    while to do
      local sections = redis.call('LRANGE', list, to - page + 1, to)
      to = #sections == page and to - page
      page = math.min(page * 2, 1024)
      for n = #sections, 1, -1 do
        if struct.unpack('<d', sections[n]) <= after then
          to = nil
          break
        end
        found[#found + 1] = sections[n]
      end
    end
  end
  places[#places + 1] = found
end
return { head, places }
`,

  /** prefix -> head, layouts, indexes, edges, each as number or name, value, ... */
  catalog: `${reads}${readHead}
return {
  head,
  redis.call('HGETALL', p .. 'layouts'),
  redis.call('HGETALL', p .. 'indexes'),
  redis.call('HGETALL', p .. 'edges'),
}
`,

  /** prefix, signature -> number. */
  layout: `${writes}
local known = redis.call('HGET', p .. 'layout-ids', ARGV[2])
if known then return known end
local id = redis.call('HLEN', p .. 'layouts') + 1
redis.call('HSET', p .. 'layouts', id, ARGV[2])
redis.call('HSET', p .. 'layout-ids', ARGV[2], id)
redis.call('INCR', p .. 'version')
return tostring(id)
`,

  /**
   * prefix, stream and key fields as JSON -> OK, number; BUSY, token. From here on every commit feeds it, and what was there before is
   * to be filled: up to the ticks that the record says.
   */
  index: `${writes}
local known = redis.call('HGET', p .. 'index-ids', ARGV[2])
if known then return { 'OK', known } end
local token = redis.call('HGET', p .. 'current', 'token')
if token then return { 'BUSY', token } end
local id = redis.call('HLEN', p .. 'indexes') + 1
redis.call('HSET', p .. 'indexes', id, ARGV[2])
redis.call('HSET', p .. 'index-ids', ARGV[2], id)
redis.call('HSET', p .. 'fills', id, (redis.call('GET', p .. 'last') or '0') .. ' +inf 0')
redis.call('INCR', p .. 'version')
return { 'OK', tostring(id) }
`,

  /**
   * prefix, index, stream, cursor, next cursor or nothing at the end, tile, ms of a tile, then key and section of each, later ones first -> 1; 0 if another process came first.
   */
  fill: `${writes}
local index, stream, tile = ARGV[2], ARGV[3], ARGV[6]
if redis.call('HGET', p .. 'fills', index) ~= ARGV[4] then return 0 end
local edge = redis.call('HGET', p .. 'edges', stream)
local isGone = edge and tile ~= '' and (tile + 1) * tonumber(ARGV[7]) <= tonumber(edge)
for n = 8, isGone and 0 or #ARGV, 2 do
  local name = ':' .. ARGV[n]
  local directory = p .. 'i:' .. index .. name
  redis.call('LPUSH', p .. 't:' .. index .. ':' .. tile .. name, ARGV[n + 1])
  redis.call('ZADD', directory, tile - 1e9, tile)
  redis.call('ZADD', directory, 'GT', string.format('%.0f', (struct.unpack('<d', ARGV[n + 1]))), '@' .. tile)
end
if ARGV[5] == '' then
  redis.call('HDEL', p .. 'fills', index)
else
  redis.call('HSET', p .. 'fills', index, ARGV[5])
end
return 1
`,

  /** prefix, stream, edge in ms -> the edge that holds now. */
  edge: `${finishes}
local edge = redis.call('HGET', p .. 'edges', ARGV[2])
if edge and tonumber(edge) >= tonumber(ARGV[3]) then return edge end
redis.call('HSET', p .. 'edges', ARGV[2], ARGV[3])
redis.call('INCR', p .. 'version')
return ARGV[3]
`,

  /**
   * prefix, stream, tile, blocks that are there, blocks to take away, number of ids, ids, then index and key of each place -> 1; 0 if
   * another process came first.
   */
  sweep: `${finishes}
local stream, tile = ARGV[2], ARGV[3]
local list = p .. 'l:' .. tile .. ':' .. stream
if redis.call('LLEN', list) ~= tonumber(ARGV[4]) then return 0 end
local places = 7 + tonumber(ARGV[6])
for from = 7, places - 1, 1000 do
  redis.call('SREM', p .. 'ids:' .. stream, unpack(ARGV, from, math.min(from + 999, places - 1)))
end
for n = places, #ARGV, 2 do
  local name = ':' .. ARGV[n + 1]
  redis.call('UNLINK', p .. 't:' .. ARGV[n] .. ':' .. tile .. name)
  redis.call('ZREM', p .. 'i:' .. ARGV[n] .. name, tile, '@' .. tile)
end
redis.call('LTRIM', list, ARGV[5], -1)
if redis.call('LLEN', list) == 0 then redis.call('ZREM', p .. 'log:' .. stream, tile) end
return 1
`,

  /** prefix, stream or nothing, id, limit -> head, total, then id and entry of each. */
  quarantine: `${reads}${readHead}
local ids = p .. (ARGV[2] == '' and 'q' or 'q:' .. ARGV[2])
local visible = '(' .. string.format('%016.0f', last + 1)
local total = redis.call('ZLEXCOUNT', ids, '-', visible)
local found = {}
local from = ARGV[3] == '' and '-' or '(' .. ARGV[3]
for _, id in ipairs(redis.call('ZRANGEBYLEX', ids, from, visible, 'LIMIT', 0, ARGV[4])) do
  found[#found + 1] = id
  found[#found + 1] = redis.call('HGET', p .. 'qv', id)
end
return { head, total, found }
`,

  /** prefix, then name and JSON of each. */
  declare: `${writes}
for n = 2, #ARGV, 2 do
  if redis.call('SADD', p .. 'declaration-names', ARGV[n]) == 1 then redis.call('RPUSH', p .. 'declarations', ARGV[n + 1]) end
end
return 1
`,
} as const;

export type ScriptName = keyof typeof scripts;
