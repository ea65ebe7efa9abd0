import type { Datatype, Field, Stream, View } from '../../services/feature/declarations/declarations.ts';
import type { Event__Output } from '../../services/gen/scoremesh/feature/v1/Event.ts';
import type { Value__Output } from '../../services/gen/scoremesh/scoring/v1/Value.ts';

/** Unix ms at which these tests believe to be. */
export const noon = Date.UTC(2001, 0, 1, 12);

export const number = (value: number): Value__Output => ({ number: value, kind: 'number' });
export const integer = (value: string | number): Value__Output => ({
  integer: String(value),
  kind: 'integer',
});
export const text = (value: string): Value__Output => ({ text: value, kind: 'text' });
export const flag = (value: boolean): Value__Output => ({ flag: value, kind: 'flag' });

export function field(name: string, datatype: Datatype, rules: Partial<Field> = {}): Field {
  return {
    name,
    datatype,
    description: '',
    required: false,
    default: undefined,
    min: undefined,
    max: undefined,
    oneOf: undefined,
    onInvalid: 'quarantine',
    ...rules,
  };
}

export function streamOf(name: string, fields: readonly Field[], rules: Partial<Stream> = {}): Stream {
  return {
    name,
    description: '',
    fields,
    retentionMs: undefined,
    maxLeadMs: 300_000,
    digest: name,
    ...rules,
  };
}

/** A view of the stream by these fields; what it computes is of no matter here. */
export function viewOf(stream: Stream, keyFields: readonly string[]): View {
  const name = `by_${keyFields.join('_')}`;
  return {
    name,
    description: '',
    stream,
    entity: keyFields.length === 0 ? undefined : { name, description: '', keys: keyFields, digest: name },
    keyFields,
    where: undefined,
    maxAgeMs: undefined,
    kind: 'latest',
    features: [],
    digest: name,
  };
}

export const arrivals = streamOf('arrivals', [
  field('origin', 'BYTES', { required: true }),
  field('destination', 'BYTES'),
  field('hour', 'INT64', { min: 0n, max: 23n }),
  field('delay', 'FP64', { min: -90, max: 5000 }),
  field('carrier', 'BYTES', { oneOf: ['AA', 'UA', 'DL'], default: 'AA' }),
]);

export const arrivalViews = [viewOf(arrivals, ['origin']), viewOf(arrivals, ['origin', 'destination'])];

/** An arrival from ORD at noon unless told otherwise. */
export function arrival(
  eventId: string,
  fields: Event__Output['fields'] = {},
  eventTime: number | 'absent' = noon,
): Event__Output {
  return {
    stream: 'arrivals',
    eventId,
    ...(eventTime === 'absent' ? {} : { eventTime }),
    fields: { origin: text('ORD'), ...fields },
  };
}
