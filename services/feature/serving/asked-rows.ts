import type { EntityColumns__Output } from '../../gen/scoremesh/feature/v1/EntityColumns.ts';
import type { GetFeaturesRequest__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { Value__Output } from '../../gen/scoremesh/scoring/v1/Value.ts';
import { type FieldViolation, invalidRequest } from '../../kit/errors/mesh-error.ts';
import { maxKeyLength, maxViolations } from '../config.ts';
import { keyFault } from '../events/entity-key.ts';
import { PackedKeys } from './row-keys.ts';

type AskedRows = Pick<GetFeaturesRequest__Output, 'rows' | 'columns'>;

/** How many rows a request asks for, in whichever form. */
export function rowCount({ rows, columns }: AskedRows): number {
  return columns?.rows ?? rows.length;
}

/** Throws INVALID_REQUEST for columns that don't fit together, or that are given beside rows. */
export function refuseUnfitColumns({ rows: given, columns }: AskedRows): void {
  if (!columns) return;
  const { rows, keys, inputs, asOfEventTimes } = columns;
  const violations: FieldViolation[] = [];
  if (given.length > 0)
    violations.push({ field: 'columns', description: 'are given beside rows; give one of them' });
  for (const [kind, list] of [
    ['keys', keys],
    ['inputs', inputs],
  ] as const) {
    const names = new Set<string>();
    for (const [at, { name }] of list.entries()) {
      if (names.has(name))
        violations.push({
          field: `columns.${kind}[${at}].name`,
          description: 'was named before; give one column of each name',
        });
      names.add(name);
    }
  }
  for (const [at, { values }] of inputs.entries())
    if (values.length !== rows)
      violations.push({
        field: `columns.inputs[${at}].values`,
        description: `holds ${values.length} values for ${rows} rows; leave out the kind of those that are missing`,
      });
  if (asOfEventTimes.length !== 0 && asOfEventTimes.length !== rows * 8)
    violations.push({
      field: 'columns.as_of_event_times',
      description: `has ${asOfEventTimes.length} bytes for ${rows} rows; give eight for each, or none`,
    });
  if (violations.length > 0) throw invalidRequest(violations.slice(0, maxViolations));
}

/**
 * The keys of a column, undefined if the request has none of that name. A row whose key is empty is handed to `missing`, which throws. Throws
 * INVALID_REQUEST for bytes that are no list of as many keys as there are rows, and for what can't be a key.
 */
export function packedKeys(
  columns: EntityColumns__Output,
  name: string,
  missing: (row: number) => never,
): PackedKeys | undefined {
  const column = columns.keys.find((candidate) => candidate.name === name);
  if (column === undefined) return undefined;
  const { keys: bytes } = column;
  const ends = new Uint32Array(columns.rows);
  let areAscii = true;
  let end = 0;
  for (let row = 0; row < ends.length; row++) {
    const start = end + sizeBytes;
    const size = start > bytes.length ? 0 : bytes.readUInt32LE(end);
    end = start + size;
    if (end > bytes.length) throw unfit(name, `ends before the key of row ${row}; there are ${ends.length}`);
    if (size === 0) missing(row);
    if (size > maxKeyLength || !isPlain(bytes, start, end)) {
      const fault = keyFault(bytes.toString('utf8', start, end));
      if (fault !== undefined) throw unfit(`${name}[${row}]`, fault);
      areAscii = false;
    }
    ends[row] = end;
  }
  if (end !== bytes.length) throw unfit(name, `has more than the keys of ${ends.length} rows`);
  return new PackedKeys(bytes, ends, areAscii);
}

/** Of the size before each key. */
const sizeBytes = 4;

/** Printable ASCII, as most keys are. */
function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return true;
}

/** The inputs of one row, of those that are wanted. */
export function inputsOfRow(
  { inputs }: EntityColumns__Output,
  wanted: readonly { readonly name: string }[],
  row: number,
): Record<string, Value__Output> {
  const given: Record<string, Value__Output> = {};
  for (const { name } of wanted) {
    const value = inputs.find((column) => column.name === name)?.values[row];
    if (value !== undefined) given[name] = value;
  }
  return given;
}

function unfit(field: string, description: string): Error {
  return invalidRequest([{ field: `columns.keys.${field}`, description }]);
}
