import { defaultMaxLeadMs, maxEnumeration, maxFieldsPerStream } from './bounds.ts';
import type { Datatype, Field, Scalar, Stream } from './declarations.ts';
import { digestOf } from './digest.ts';
import type { Path, Report } from './entry.ts';
import { scalarOf, scalarRules } from './scalar.ts';
import { type Body, type FieldBody, nameFault } from './schema.ts';

export function streamOf(name: string, body: Body<'streams'>, report: Report): Stream {
  const entries = Object.entries(body.fields);
  if (entries.length === 0) report(['fields'], 'declare at least one field');
  if (entries.length > maxFieldsPerStream)
    report(['fields'], `declare at most ${maxFieldsPerStream} fields; split the stream`);
  const stream = {
    name,
    description: body.description,
    fields: entries.map(([field, content]) => fieldOf(field, content, report)),
    retentionMs: body.retention,
    maxLeadMs: body.max_lead ?? defaultMaxLeadMs,
  };
  return { ...stream, digest: streamDigest(stream) };
}

/** Of what decides which events are kept, and how. The order of fields does not. */
function streamDigest({ name, fields, retentionMs, maxLeadMs }: Omit<Stream, 'digest'>): string {
  const byName = Object.fromEntries(fields.map(({ name: field, description: _, ...rest }) => [field, rest]));
  return digestOf('stream', { name, fields: byName, retentionMs, maxLeadMs });
}

function fieldOf(name: string, body: FieldBody, report: Report): Field {
  const path = ['fields', name];
  const fault = nameFault(name);
  if (fault !== undefined) report(path, fault);
  const { type: datatype } = body;
  const value = (part: 'default' | 'min' | 'max'): Scalar | undefined =>
    body[part] === undefined ? undefined : written(body[part], datatype, [...path, part], report);
  const field: Field = {
    name,
    description: body.description,
    datatype,
    required: body.required,
    default: value('default'),
    min: limit(value('min'), datatype, [...path, 'min'], report),
    max: limit(value('max'), datatype, [...path, 'max'], report),
    oneOf: enumeration(body.one_of, datatype, [...path, 'one_of'], report),
    onInvalid: body.invalid,
  };
  checkRange(field, path, report);
  return field;
}

/** The value as its type holds it; a fault if it is of another. */
export function written(value: unknown, datatype: Datatype, path: Path, report: Report): Scalar | undefined {
  const scalar = scalarOf(value, datatype);
  if (scalar === undefined) report(path, `must be ${scalarRules[datatype]}`);
  return scalar;
}

function limit(
  value: Scalar | undefined,
  datatype: Datatype,
  path: Path,
  report: Report,
): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value !== undefined) report(path, `a field of ${datatype === 'BOOL' ? 'bool' : 'text'} has no limits`);
  return undefined;
}

function enumeration(
  values: readonly unknown[] | undefined,
  datatype: Datatype,
  path: Path,
  report: Report,
): readonly Scalar[] | undefined {
  if (values === undefined) return undefined;
  if (values.length === 0 || values.length > maxEnumeration)
    report(path, `must name between 1 and ${maxEnumeration} values`);
  return values.flatMap((value, index) => written(value, datatype, [...path, index], report) ?? []);
}

function checkRange({ default: standIn, min, max, oneOf }: Field, path: Path, report: Report): void {
  if (min !== undefined && max !== undefined && min > max)
    report(path, `min ${min} is greater than max ${max}`);
  if (standIn === undefined) return;
  const at = [...path, 'default'];
  const number = typeof standIn === 'number' || typeof standIn === 'bigint' ? standIn : undefined;
  if (number !== undefined && min !== undefined && number < min) report(at, `is less than min ${min}`);
  if (number !== undefined && max !== undefined && number > max) report(at, `is greater than max ${max}`);
  if (oneOf !== undefined && !oneOf.includes(standIn)) report(at, 'is none of one_of');
}
