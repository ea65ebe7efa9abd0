/*
 * Keys in Redis, each behind the prefix:
 *
 *   last                   ingest ticks of the last commit that reads see
 *   version                rises with every change of layouts, indexes and edges
 *   layouts, layout-ids    hashes: number -> signature, and back
 *   indexes, index-ids     hashes: number -> JSON of stream and key fields, and back
 *   fills                  hash: number of an index that is being filled -> how far (see index-fill.ts)
 *   edges                  hash: stream -> event time in ms before which events may be gone
 *   ids:STREAM             set: what stands for the ids of events (see stored-event.ts)
 *   log:STREAM             sorted set: tiles that have events, scored by themselves
 *   l:TILE:STREAM          list of blocks: float64 ticks, then each event as uint8 length of its identity, identity, row
 *   i:INDEX:KEY            sorted set: TILE scored by itself - 1e9, so below zero, and @TILE scored by the ticks of the last commit there
 *   t:INDEX:TILE:KEY       list of sections in the order of ingest: float64 ticks, rows
 *   q, q:STREAM            sorted sets, all scores 0: ids in the quarantine, of all streams and of one
 *   qv                     hash: id in the quarantine -> entry
 *   current                hash: the commit of several parts that is being applied: token, ticks, parts, next
 *   p:TOKEN:PART           list: a part that waits to be applied
 *   r:TOKEN                list: for each part that was applied which of its events were duplicates
 *   declarations           list of JSON, in the order in which they came first
 *   declaration-names      set: those that are in the list
 */

/** Keeps apart what several meshes have on one server. */
export const defaultPrefix = 'scoremesh:feature:';
