import type { GetFeaturesRequest__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import { type FieldViolation, invalidRequest } from '../../kit/errors/mesh-error.ts';
import { maxEventLeadMs } from '../config.ts';

/** When the rows of a request are read. */
export interface Moments {
  /** The request's: now, or as it asked. */
  readonly asOfMs: number;
  /** Of each row; undefined if it is the request's for all. */
  readonly ofRows: Float64Array | undefined;
  /** Whether any of them was asked for. */
  readonly asked: boolean;
  /** Ingest time up to which events count; undefined for all that are known. */
  readonly knownAtMs: number | undefined;
}

export function momentOf({ asOfMs, ofRows }: Pick<Moments, 'asOfMs' | 'ofRows'>, row: number): number {
  return ofRows === undefined ? asOfMs : (ofRows[row] as number);
}

/** The largest moment that a JavaScript date can be. */
const maxMs = 8.64e15;

/** Throws INVALID_REQUEST for what is no moment, and for moments that are still to come: their answer could change. */
export function momentsOf(request: GetFeaturesRequest__Output, nowMs: number): Moments {
  const { asOfEventTime, asOfIngestTime, rows, columns } = request;
  // As most requests are.
  if (asOfEventTime === undefined && asOfIngestTime === undefined && !columns && rows.length === 1)
    if (rows[0]?.asOfEventTime === undefined)
      return { asOfMs: nowMs, ofRows: undefined, asked: false, knownAtMs: undefined };
  const violations: FieldViolation[] = [];
  const check = (field: string, ms: number): number => {
    if (!(Math.abs(ms) <= maxMs))
      violations.push({ field, description: 'is no moment in Unix milliseconds' });
    else if (ms > nowMs + maxEventLeadMs)
      violations.push({
        field,
        description: 'is in the future; ask for a moment that has come, or for none to read as of now',
      });
    return ms;
  };
  const asOfMs = asOfEventTime === undefined ? nowMs : check('as_of_event_time', asOfEventTime);
  if (asOfIngestTime !== undefined && !(Math.abs(asOfIngestTime) <= maxMs))
    violations.push({ field: 'as_of_ingest_time', description: 'is no moment in Unix milliseconds' });
  let ofRows: Float64Array | undefined;
  for (let row = 0; row < rows.length; row++) {
    const own = rows[row]?.asOfEventTime;
    if (own === undefined) continue;
    ofRows ??= new Float64Array(rows.length).fill(asOfMs);
    ofRows[row] = check(`rows[${row}].as_of_event_time`, own);
    if (violations.length > 20) break;
  }
  const own = columns?.asOfEventTimes;
  if (own !== undefined && own.length > 0) {
    ofRows = new Float64Array(own.length / 8);
    for (let row = 0; row < ofRows.length && violations.length <= 20; row++)
      ofRows[row] = check(`columns.as_of_event_times[${row}]`, own.readDoubleLE(row * 8));
  }
  if (violations.length > 0) throw invalidRequest(violations);
  return {
    asOfMs,
    ofRows,
    asked: asOfEventTime !== undefined || ofRows !== undefined,
    knownAtMs: asOfIngestTime,
  };
}
