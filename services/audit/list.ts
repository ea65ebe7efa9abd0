import { crc32 } from 'node:zlib';
import type { Timestamp__Output } from '../gen/google/protobuf/Timestamp.ts';
import type { ListRecordsRequest__Output } from '../gen/scoremesh/audit/v1/ListRecordsRequest.ts';
import { type FieldViolation, invalidRequest } from '../kit/errors/mesh-error.ts';
import type { FoundRecord } from './index/store.ts';
import { firstIdAt, hasTime, maxTimeMs, recordIdBytes } from './record-id.ts';

export const defaultPageSize = 100;
export const maxPageSize = 1000;

/**
 * A page ends early at this many bytes of frames: each record is answered twice, decoded and as it stands, and the whole must
 * stay below the 4 MiB that a gRPC client receives by default.
 */
const maxPageBytes = 1024 * 1024;

/** What to list. Times are compared by the milliseconds in a UUIDv7. */
export interface ListQuery {
  /** Milliseconds; undefined for no bound. */
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
  readonly pageSize: number;
  /** The id that the page begins after; undefined for the first page. */
  readonly after: Buffer | undefined;
}

/** The query of a request, or INVALID_REQUEST with everything that is wrong. */
export function parseList(request: ListRecordsRequest__Output): ListQuery {
  const violations: FieldViolation[] = [];
  const sinceMs = readTime(request.since, 'since', violations);
  const untilMs = readTime(request.until, 'until', violations);
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs > untilMs)
    violations.push({ field: 'since', description: 'it is later than until; give the earlier moment here' });
  if (request.pageSize > maxPageSize)
    violations.push({
      field: 'page_size',
      description: `${request.pageSize} is more than ${maxPageSize}; ask for less and follow next_page_token`,
    });
  const range = { sinceMs, untilMs };
  const after = request.pageToken === '' ? undefined : readToken(request.pageToken, range);
  if (request.pageToken !== '' && after === undefined)
    violations.push({
      field: 'page_token',
      description:
        'it is not the next_page_token of a page with the same since and until; begin again without it',
    });
  if (violations.length > 0) throw invalidRequest(violations);
  return { ...range, pageSize: request.pageSize === 0 ? defaultPageSize : request.pageSize, after };
}

/** Seconds of year 1 and of the end of year 9999: what a Timestamp may say. */
const minSeconds = -62_135_596_800;
const maxSeconds = 253_402_300_799;

/** Milliseconds that ids can be compared with; undefined for no time, or for none that can be, which is named. */
export function readTime(
  time: Timestamp__Output | null,
  field: string,
  violations: FieldViolation[],
): number | undefined {
  if (time === null || time === undefined) return undefined;
  const seconds = Number(time.seconds);
  const { nanos } = time;
  if (!(seconds >= minSeconds && seconds <= maxSeconds) || !(nanos >= 0 && nanos <= 999_999_999)) {
    violations.push({
      field,
      description: `${time.seconds} s ${nanos} ns is not a Timestamp of years 1 to 9999`,
    });
    return undefined;
  }
  return Math.min(Math.max(seconds * 1000 + Math.floor(nanos / 1_000_000), 0), maxTimeMs);
}

/** Where a scan of the index begins and ends for this query. */
export function scanBounds(query: ListQuery): { first: Buffer; end: Buffer | undefined } {
  const end = query.untilMs === undefined ? undefined : firstIdAt(query.untilMs);
  return { first: query.after ?? firstIdAt(query.sinceMs ?? 0), end };
}

/**
 * The next page of a scan in order of id. A query with a bound leaves out ids that tell no time (other UUIDs than version 7).
 * `last` is set if more may follow.
 */
export function takePage(
  scan: Iterable<FoundRecord>,
  query: ListQuery,
): { readonly page: readonly FoundRecord[]; readonly last: Buffer | undefined } {
  const isBounded = query.sinceMs !== undefined || query.untilMs !== undefined;
  const page: FoundRecord[] = [];
  let bytes = 0;
  for (const found of scan) {
    if (query.after !== undefined && found.recordId.equals(query.after)) continue;
    if (isBounded && !hasTime(found.recordId)) continue;
    bytes += found.length;
    if (page.length === query.pageSize || (page.length > 0 && bytes > maxPageBytes))
      return { page, last: page.at(-1)?.recordId };
    page.push(found);
  }
  return { page, last: undefined };
}

interface TimeRange {
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
}

const tokenBytes = recordIdBytes + 4;

/** A token that goes on after this id, for the same range only. */
export function writeToken(after: Buffer, range: TimeRange): string {
  const token = Buffer.alloc(tokenBytes);
  after.copy(token);
  token.writeUInt32BE(tokenChecksum(after, range), recordIdBytes);
  return token.toString('base64url');
}

function readToken(text: string, range: TimeRange): Buffer | undefined {
  const token = Buffer.from(text, 'base64url');
  if (token.length !== tokenBytes || token.toString('base64url') !== text) return undefined;
  const after = token.subarray(0, recordIdBytes);
  return token.readUInt32BE(recordIdBytes) === tokenChecksum(after, range) ? after : undefined;
}

function tokenChecksum(after: Buffer, range: TimeRange): number {
  return crc32(`1 ${range.sinceMs ?? ''} ${range.untilMs ?? ''}`, crc32(after));
}
