import type { Timestamp__Output } from '../../gen/google/protobuf/Timestamp.ts';
import type { FeatureRow__Output } from '../../gen/scoremesh/feature/v1/FeatureRow.ts';
import { type FieldViolation, invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import { maxEventLeadMs, maxKeyLength, maxRequestRows, maxViolations } from '../config.ts';
import type { LatestStore, LatestTable } from '../latest-store.ts';
import { nameList } from '../name-list.ts';
import { joinKeys } from '../rows/entity-key.ts';
import { encodeRow } from '../rows/row.ts';
import type { IncomingRow } from './ingest-queue.ts';

/** Range of google.protobuf.Timestamp: years 1 to 9999. */
const minSeconds = -62_135_596_800;
const maxSeconds = 253_402_300_799;

/** Keys that LMDB and the wire would not tell apart are refused: control characters and halves of surrogate pairs. */
const refusedCharacters = /[\p{Cc}\p{Cs}]/u;

type Fault = (field: string, description: string) => void;

/**
 * The rows as the store takes them. Fails with FEATURE_VIEW_NOT_FOUND if a view isn't declared, and with FEATURE_ROW_INVALID,
 * naming up to 20 faults, if anything else is wrong with any of them.
 */
export function parseRows(
  rows: readonly FeatureRow__Output[],
  store: LatestStore,
  nowMs: number,
): IncomingRow[] {
  if (rows.length === 0 || rows.length > maxRequestRows)
    throw invalidRequest([
      { field: 'rows', description: `there are ${rows.length}; send 1 to ${maxRequestRows} at once` },
    ]);
  const tables = rows.map((row, index) => tableOf(row, index, store));
  const violations: FieldViolation[] = [];
  let faults = 0;
  const incoming: IncomingRow[] = [];
  for (const [index, row] of rows.entries()) {
    const table = tables[index];
    if (table === undefined) continue;
    const fault: Fault = (field, description) => {
      faults++;
      if (violations.length < maxViolations)
        violations.push({ field: `rows[${index}].${field}`, description });
    };
    const key = keyOf(row, table, fault);
    const eventTimeMs = row.eventTime === null ? nowMs : millisecondsOf(row.eventTime, nowMs, fault);
    const bytes = encodeRow(table.layout, table.layoutId, eventTimeMs, row.values, (feature, description) => {
      fault(`values.${feature}`, description);
    });
    incoming.push({ table, key, eventTimeMs, bytes });
  }
  if (faults > 0) throw rowInvalid(violations, faults);
  return incoming;
}

function tableOf(row: FeatureRow__Output, index: number, store: LatestStore): LatestTable {
  const table = store.tables.get(row.view);
  if (table !== undefined) return table;
  throw new MeshError(
    'FEATURE_VIEW_NOT_FOUND',
    `rows[${index}].view: no feature view is called ${JSON.stringify(row.view)}; there are ${nameList(store.tables.keys())}`,
    { metadata: { view: row.view } },
  );
}

function keyOf(row: FeatureRow__Output, table: LatestTable, fault: Fault): string {
  const { keys: names, name: view } = table.view;
  for (const name of Object.keys(row.keys)) {
    if (!names.includes(name))
      fault(`keys.${name}`, `view ${view} has no such key field; it has ${nameList(names)}`);
  }
  return joinKeys(
    names.map((name) => {
      const key = row.keys[name];
      if (typeof key !== 'string' || key === '') fault(`keys.${name}`, 'is missing or empty');
      else if (key.length > maxKeyLength)
        fault(`keys.${name}`, `has ${key.length} characters; at most ${maxKeyLength} are allowed`);
      else if (refusedCharacters.test(key))
        fault(`keys.${name}`, 'has a control character or half a surrogate pair; keys are printable text');
      else return key;
      return '';
    }),
  );
}

function millisecondsOf({ seconds, nanos }: Timestamp__Output, nowMs: number, fault: Fault): number {
  const whole = Number(seconds);
  const valid = Number.isInteger(whole) && whole >= minSeconds && whole <= maxSeconds;
  if (!valid || !Number.isInteger(nanos) || nanos < 0 || nanos > 999_999_999) {
    fault('event_time', `${seconds} s and ${nanos} ns is no valid Timestamp (years 1 to 9999)`);
    return 0;
  }
  const milliseconds = whole * 1000 + nanos / 1e6;
  const leadMs = milliseconds - nowMs;
  if (leadMs > maxEventLeadMs)
    fault(
      'event_time',
      `is ${Math.round(leadMs / 1000)} s in the future; at most ${maxEventLeadMs / 1000} s are allowed: check the clock and the unit`,
    );
  return milliseconds;
}

function rowInvalid(violations: readonly FieldViolation[], faults: number): MeshError {
  const [first] = violations;
  const more = faults > 1 ? ` (and ${faults - 1} more)` : '';
  return new MeshError(
    'FEATURE_ROW_INVALID',
    `${first?.field}: ${first?.description}${more}; none of the rows was stored`,
    {
      violations,
    },
  );
}
