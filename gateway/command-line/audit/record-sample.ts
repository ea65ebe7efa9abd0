import type { GetRecordResponse__Output as GetRecordResponse } from '../../../services/gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { CallOptions, MeshClient } from '../../client/client.ts';

/** A time range, Unix milliseconds. */
export interface TimeRange {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** Of one part of the range: what is not answered by then is passed over. */
const maxPagesPerPart = 200;
const maxPerPart = 1000;

/** Of so many for each that is taken the choice is made. */
const choices = 20;

/**
 * Answers of a time range, spread evenly over it and not to be foreseen: the range is cut into `count` parts of one length, and of each a
 * prediction or inference is taken at random from those after a random moment, or before it where none follow; where parts before had
 * none, as many more, up to what a page holds.
 */
export async function* recordSample(
  mesh: Pick<MeshClient, 'audit'>,
  { sinceMs, untilMs }: TimeRange,
  count: number,
  call: CallOptions,
): AsyncGenerator<{ readonly part: number; readonly stored: GetRecordResponse | undefined }> {
  const lengthMs = (untilMs - sinceMs) / count;
  let missing = 0;
  for (let part = 0; part < count; part++) {
    const range = {
      sinceMs: sinceMs + part * lengthMs,
      untilMs: part + 1 === count ? untilMs : sinceMs + (part + 1) * lengthMs,
    };
    const wanted = Math.min(1 + missing, maxPerPart);
    const taken = drawn(await candidates(mesh, range, wanted, call), wanted);
    for (const stored of taken) yield { part, stored };
    missing += 1 - taken.length;
    if (taken.length === 0) yield { part, stored: undefined };
  }
}

/** Answers after a random moment of the range; where those are too few, those before it too. */
async function candidates(
  mesh: Pick<MeshClient, 'audit'>,
  { sinceMs, untilMs }: TimeRange,
  wanted: number,
  call: CallOptions,
): Promise<GetRecordResponse[]> {
  const middleMs = sinceMs + Math.random() * (untilMs - sinceMs);
  const most = Math.min(maxPerPart, wanted * choices);
  const after = await answersOf(mesh, { sinceMs: middleMs, untilMs }, most, call);
  if (after.length >= wanted) return after;
  return [...(await answersOf(mesh, { sinceMs, untilMs: middleMs }, most, call)), ...after];
}

async function answersOf(
  mesh: Pick<MeshClient, 'audit'>,
  { sinceMs, untilMs }: TimeRange,
  most: number,
  call: CallOptions,
): Promise<GetRecordResponse[]> {
  const filter = {
    since: timestampOf(sinceMs),
    until: timestampOf(untilMs),
    events: ['prediction', 'inference'],
  };
  const found: GetRecordResponse[] = [];
  let pageToken = '';
  for (let pages = 0; pages < maxPagesPerPart && found.length < most; pages++) {
    const page = await mesh.audit.QueryRecords({ filter, pageSize: most - found.length, pageToken }, call);
    for (const { record } of page.records) if (record !== null) found.push(record);
    pageToken = page.nextPageToken;
    if (pageToken === '') break;
  }
  return found;
}

/** So many of them at random, in their order. */
function drawn(found: readonly GetRecordResponse[], count: number): GetRecordResponse[] {
  let left = Math.min(count, found.length);
  return found.filter((_, at) => {
    const isTaken = Math.random() * (found.length - at) < left;
    if (isTaken) left--;
    return isTaken;
  });
}

function timestampOf(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.floor((ms - seconds * 1000) * 1e6) };
}
