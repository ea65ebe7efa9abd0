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

/**
 * Answers of a time range, spread evenly over it: the range is cut into `count` parts of one length, and of each the first prediction
 * or inference is taken; where parts before had none, as many more, up to what a page holds.
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
    const filter = {
      since: timestampOf(sinceMs + part * lengthMs),
      until: timestampOf(part + 1 === count ? untilMs : sinceMs + (part + 1) * lengthMs),
      events: ['prediction', 'inference'],
    };
    const wanted = Math.min(1 + missing, maxPerPart);
    let taken = 0;
    let pageToken = '';
    for (let pages = 0; pages < maxPagesPerPart && taken < wanted; pages++) {
      const page = await mesh.audit.QueryRecords({ filter, pageSize: wanted - taken, pageToken }, call);
      for (const { record } of page.records) {
        if (record === null) continue;
        taken++;
        yield { part, stored: record };
      }
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    missing += 1 - taken;
    if (taken === 0) yield { part, stored: undefined };
  }
}

function timestampOf(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.floor((ms - seconds * 1000) * 1e6) };
}
