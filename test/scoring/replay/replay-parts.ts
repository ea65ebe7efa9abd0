import { afterAll } from 'vitest';
import type { AuditContract, FeatureContract } from '../../../services/contracts.ts';
import type { GetRecordResponse__Output as GetRecordResponse } from '../../../services/gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { QueryRecordsRequest__Output as QueryRecordsRequest } from '../../../services/gen/scoremesh/audit/v1/QueryRecordsRequest.ts';
import type { Record__Output as Record } from '../../../services/gen/scoremesh/audit/v1/Record.ts';
import type { ReplayResponse__Output as ReplayResponse } from '../../../services/gen/scoremesh/scoring/v1/ReplayResponse.ts';
import type { Value__Output as Value } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import type { Client } from '../../../services/kit/contract/contract.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { createScoring, type Scoring } from '../../../services/scoring/service.ts';
import {
  createReadableMetrics,
  type ModelFiles,
  newCall,
  startService,
  type TestService,
} from '../../inference/mesh-parts.ts';
import { until } from '../../kit/rpc/processes.ts';
import { completeRecord } from '../complete.ts';

/** An audit log in memory, whose records can be changed as no real log's can. */
export interface MemoryLog {
  readonly client: Client<AuditContract>;
  readonly records: Map<string, GetRecordResponse>;
  doctor(recordId: string, change: (record: Record) => Partial<Record>): void;
  set(recordId: string, contentState: GetRecordResponse['contentState']): void;
}

function memoryLog(): MemoryLog {
  const records = new Map<string, GetRecordResponse>();
  const timeOf = (stamp: { seconds: string; nanos: number } | null): number =>
    stamp === null ? Number.NaN : Number(stamp.seconds) * 1000 + stamp.nanos / 1e6;
  const matches = ({ record }: GetRecordResponse, { filter }: QueryRecordsRequest): boolean => {
    const event = record?.prediction ?? record?.inference;
    const atMs = (record?.recordedAtUs ?? 0) / 1000;
    if (filter === null || !event) return false;
    if (atMs < timeOf(filter.since) || atMs >= timeOf(filter.until)) return false;
    const { name, version } = event.model ?? {};
    return [name, ''].includes(filter.model) && [version, 0].includes(filter.version);
  };
  const client: Partial<Client<AuditContract>> = {
    Append: async ({ record, recordId, personal }) => {
      const receipt = { logIndex: String(records.size), leafHash: Buffer.alloc(32), proof: '' };
      const complete = completeRecord({ record, personal });
      const rest = {
        entry: record,
        bodyDigest: Buffer.alloc(0),
        contentState: 'CONTENT_STATE_PRESENT' as const,
      };
      if (!records.has(recordId)) records.set(recordId, { record: complete, receipt, ...rest });
      return { receipt, existingRecord: Buffer.alloc(0) };
    },
    GetRecord: async ({ recordId }) => {
      const found = records.get(recordId);
      if (found === undefined) throw new MeshError('RECORD_NOT_FOUND', `no record ${recordId}`);
      return found;
    },
    QueryRecords: async (request) => {
      const found = [...records.values()].filter((stored) => matches(stored, request));
      // Small pages, so that they are followed.
      const from = Number(request.pageToken || 0);
      const page = found.slice(from, from + 2);
      return {
        records: page.map((record) => ({ record, outcomes: [], outcome: 'OUTCOME_STATE_MISSING' as const })),
        nextPageToken: from + 2 < found.length ? String(from + 2) : '',
      };
    },
  };
  return {
    client: client as Client<AuditContract>,
    records,
    doctor: (recordId, change) => {
      const stored = records.get(recordId)!;
      records.set(recordId, { ...stored, record: { ...stored.record!, ...change(stored.record!) } });
    },
    set: (recordId, contentState) => {
      const stored = records.get(recordId)!;
      const { record } = stored;
      const hidden =
        record?.prediction == null
          ? record
          : { ...record, prediction: { ...record.prediction, request: null, features: null, outputs: {} } };
      records.set(recordId, { ...stored, record: hidden, contentState });
    },
  };
}

export interface Replayed {
  readonly service: TestService;
  readonly scoring: Scoring;
  readonly log: MemoryLog;
  /** The prediction's id. */
  score(model: string, inputs: { [name: string]: Value }, rest?: object): Promise<string>;
  replay(
    predictionId: string,
    changes?: { [name: string]: Value },
    readFeatures?: boolean,
  ): Promise<ReplayResponse>;
}

const started: Replayed[] = [];
afterAll(async () => {
  for (let next = started.pop(); next !== undefined; next = started.pop()) await next.service.closers.close();
});

/** Scoring over the real inference role with these models, and a log in memory; closed after the tests of the file. */
export async function startReplayed(
  files: ModelFiles,
  features: Client<FeatureContract> = {} as Client<FeatureContract>,
): Promise<Replayed> {
  const service = await startService(files);
  const log = memoryLog();
  const scoring = createScoring(
    { maxInFlight: 100, defaultTimeoutMs: 10_000, maxPayloadBytes: 24 * 1024 },
    {
      features,
      models: service.models,
      inference: service.inference,
      audit: log.client,
      unready: () => undefined,
      log: silentLog,
      metrics: createReadableMetrics(),
    },
    service.closers,
  );
  await until(() => scoring.unready() === undefined);
  const replayed: Replayed = {
    service,
    scoring,
    log,
    score: async (model, inputs, rest = {}) => {
      const request = { model, requestId: '', entities: {}, inputs, includeFeatures: false, ...rest };
      return (await scoring.scoring.Score(request, newCall())).predictionId;
    },
    replay: (predictionId, changes = {}, readFeatures = false) =>
      scoring.scoring.Replay({ predictionId, changes, readFeatures }, newCall()),
  };
  started.push(replayed);
  return replayed;
}
