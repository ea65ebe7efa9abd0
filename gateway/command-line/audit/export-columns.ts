import type { QueriedRecord__Output as QueriedRecord } from '../../../services/gen/scoremesh/audit/v1/QueriedRecord.ts';
import type { Record__Output as AuditRecord } from '../../../services/gen/scoremesh/audit/v1/Record.ts';
import type { Value__Output as Value } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import type { Cell, Column, ColumnType } from '../../files/table.ts';
import { recordedFeaturesJson } from '../../http/recorded-features-json.ts';
import { valuesJson } from '../../http/score-json.ts';

interface ExportColumn extends Column {
  readonly type: ColumnType;
  readonly cell: (queried: QueriedRecord, record: AuditRecord | null) => Cell;
}

/** A column; an empty text is no value. */
function column(name: string, type: ColumnType, cell: ExportColumn['cell']): ExportColumn {
  return {
    name,
    type,
    cell: (queried, record) => {
      const found = cell(queried, record);
      return found === '' ? null : found;
    },
  };
}

const eventOf = (record: AuditRecord | null): string =>
  (record?.event ?? '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const columns: readonly ExportColumn[] = [
  column('log_index', 'int64', ({ record }) => BigInt(record?.receipt?.logIndex ?? 0)),
  column('record_id', 'text', (_, record) => record?.recordId ?? null),
  column('recorded_at', 'timestamp us', (_, record) => micros(record?.recordedAtUs)),
  column('received_at', 'timestamp us', (_, record) => micros(record?.receivedAtUs)),
  column('event', 'text', (_, record) => eventOf(record)),
  column('principal', 'text', (_, record) => record?.principal ?? null),
  column('trace_id', 'text', (_, record) => record?.traceId.toString('hex') ?? null),
  column('content', 'text', ({ record }) => record?.contentState.replace('CONTENT_STATE_', '') ?? null),
  column('model', 'text', (_, record) => modelOf(record).name),
  column('version', 'int64', (_, record) =>
    modelOf(record).version === 0 ? null : BigInt(modelOf(record).version),
  ),
  column('digest', 'text', (_, record) => modelOf(record).digest),
  column('alias', 'text', (_, record) => modelOf(record).alias),
  column(
    'request_id',
    'text',
    (_, record) => requestOf(record)?.requestId ?? record?.outcome?.requestId ?? null,
  ),
  column('entities', 'text', (_, record) => json(requestOf(record)?.entities)),
  column('inputs', 'text', (_, record) => valuesText(requestOf(record)?.inputs)),
  column('features', 'text', (_, record) => featuresText(record)),
  column('outputs', 'text', (_, record) => valuesText(record?.prediction?.outputs)),
  column('decision', 'text', (_, record) => record?.prediction?.decision ?? null),
  column('threshold', 'float64', (_, record) => record?.prediction?.threshold ?? null),
  column('outcome_state', 'text', ({ outcome }) =>
    outcome === 'OUTCOME_STATE_UNSPECIFIED' ? null : outcome.replace('OUTCOME_STATE_', ''),
  ),
  column('outcome', 'text', ({ outcomes }, record) =>
    valuesText((record?.outcome ?? outcomes.at(-1)?.outcome)?.values),
  ),
  column('prediction_id', 'text', (_, record) =>
    record?.prediction ? record.recordId : (record?.outcome?.predictionId ?? null),
  ),
  column('reason', 'text', (_, record) => reasonOf(record)),
  column('message', 'text', (_, record) => record?.refusal?.message ?? null),
];

/** What is told of each record. */
export const exportColumns: readonly Column[] = columns;

/** The cells of these records, column by column. */
export function exportCells(records: readonly QueriedRecord[]): Cell[][] {
  return columns.map(({ cell }) => records.map((queried) => cell(queried, queried.record?.record ?? null)));
}

function micros(us: number | undefined): bigint | null {
  return us === undefined ? null : BigInt(Math.round(us));
}

function modelOf(record: AuditRecord | null): {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  readonly alias: string;
} {
  const none = { name: '', version: 0, digest: '', alias: '' };
  if (record?.modelChange) {
    const { model, version, digest, alias } = record.modelChange;
    return { name: model, version, digest, alias };
  }
  const asked = record?.refusal ?? record?.refusalSummary;
  if (asked) return { ...none, name: asked.model };
  return record?.prediction?.model ?? record?.inference?.model ?? none;
}

function reasonOf(record: AuditRecord | null): string | null {
  const told = record?.refusal ?? record?.refusalSummary ?? record?.erasure ?? record?.modelChange;
  return told?.reason ?? null;
}

function requestOf(record: AuditRecord | null) {
  return record?.prediction?.request ?? record?.refusal?.request ?? undefined;
}

function featuresText(record: AuditRecord | null): string | null {
  const features = record?.prediction?.features;
  return features ? json(recordedFeaturesJson(features)?.values) : null;
}

function valuesText(values: Readonly<Record<string, Value>> | undefined): string | null {
  return values === undefined ? null : json(valuesJson(values));
}

function json(value: object | undefined): string | null {
  return value === undefined || Object.keys(value).length === 0 ? null : JSON.stringify(value);
}
