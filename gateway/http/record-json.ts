import type { GetRecordResponse__Output as GetRecordResponse } from '../../services/gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { QueriedRecord__Output as QueriedRecord } from '../../services/gen/scoremesh/audit/v1/QueriedRecord.ts';
import type { Record__Output as AuditRecord } from '../../services/gen/scoremesh/audit/v1/Record.ts';
import type { Value__Output as Value } from '../../services/gen/scoremesh/scoring/v1/Value.ts';
import { fastCodecs } from '../../services/kit/contract/protos.ts';
import { recordedFeaturesJson } from './recorded-features-json.ts';
import { valueJson } from './score-json.ts';

type MessageSchema = ReturnType<typeof fastCodecs.schemaOf>;
type ValueSchema =
  MessageSchema['fields'] extends ReadonlyMap<string, infer Field>
    ? Field extends { readonly value: infer Schema }
      ? Schema
      : never
    : never;

let recordSchema: MessageSchema | undefined;

/** A record with what turned out true, as JSON. */
export function queriedRecordJson({ record, outcomes, outcome }: QueriedRecord): object {
  return {
    ...(record === null ? {} : recordResponseJson(record)),
    ...(outcome === 'OUTCOME_STATE_UNSPECIFIED' ? {} : { outcome: outcome.replace('OUTCOME_STATE_', '') }),
    ...(outcomes.length === 0 ? {} : { outcomes: outcomes.map(recordJson) }),
  };
}

/** A record and its place as JSON. Bytes that are no record are shown as they are. */
export function recordResponseJson({ record, receipt, entry, contentState }: GetRecordResponse): object {
  return {
    log_index: Number(receipt?.logIndex ?? 0),
    leaf_hash: receipt?.leafHash.toString('base64') ?? null,
    content: contentState.replace('CONTENT_STATE_', ''),
    ...(record === null ? { entry: entry.toString('base64') } : { record: recordJson(record) }),
  };
}

/**
 * A record by the names of record.proto, what has its default left out: values in the short form, times as ISO 8601, bytes as base64 but
 * the ids of trace and span, and the features that were read by their names.
 */
export function recordJson(record: AuditRecord): object {
  recordSchema ??= fastCodecs.schemaOf('scoremesh.audit.v1.Record');
  const json = messageJson(record, recordSchema);
  const { prediction } = record;
  return {
    ...json,
    received_at: timeText(record.receivedAtUs),
    recorded_at: timeText(record.recordedAtUs),
    ...(record.traceId.length === 0 ? {} : { trace_id: record.traceId.toString('hex') }),
    ...(record.spanId.length === 0 ? {} : { span_id: record.spanId.toString('hex') }),
    ...(prediction?.features
      ? {
          prediction: {
            ...(json.prediction as object),
            features: recordedFeaturesJson(prediction.features) ?? (json.prediction as Json).features,
          },
        }
      : {}),
  };
}

/** A moment that no calendar has, as a record may have kept it, is shown in microseconds. */
export function timeText(us: number): string {
  const date = new Date(us / 1000);
  return Number.isNaN(date.getTime()) ? `${us} us` : date.toISOString();
}

type Json = { [name: string]: unknown };

function messageJson(message: object, schema: MessageSchema): Json {
  const json: Json = {};
  for (const [protoName, { name, keyType, repeated, value }] of schema.fields) {
    const given = (message as Json)[name];
    if (given === undefined || given === null) continue;
    if (keyType !== undefined) {
      const entries = Object.entries(given as object);
      if (entries.length === 0) continue;
      json[protoName] = Object.fromEntries(entries.map(([key, item]) => [key, itemJson(item, value)]));
    } else if (repeated) {
      const items = given as readonly unknown[];
      if (items.length > 0) json[protoName] = items.map((item) => itemJson(item, value));
    } else if (!isDefault(given, value)) json[protoName] = itemJson(given, value);
  }
  return json;
}

function isDefault(given: unknown, { kind }: ValueSchema): boolean {
  if (kind === 'enum') return String(given).endsWith('_UNSPECIFIED');
  if (kind === 'message') return false;
  return Buffer.isBuffer(given)
    ? given.length === 0
    : given === '' || given === 0 || given === false || given === '0';
}

function itemJson(given: unknown, schema: ValueSchema): unknown {
  if (schema.kind !== 'message') return Buffer.isBuffer(given) ? given.toString('base64') : given;
  if (schema.message.name === 'Value') return valueJson(given as Value);
  if (schema.message.name === 'Timestamp') {
    const { seconds, nanos } = given as { readonly seconds: string; readonly nanos: number };
    return timeText(Number(seconds) * 1e6 + nanos / 1000);
  }
  return messageJson(given as object, schema.message);
}
