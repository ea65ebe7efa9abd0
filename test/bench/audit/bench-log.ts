import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditConfig } from '../../../services/audit/config.ts';
import { type AuditService, createAuditService } from '../../../services/audit/service.ts';
import type { AppendRequest__Output } from '../../../services/gen/scoremesh/audit/v1/AppendRequest.ts';
import type { Record, Record__Output } from '../../../services/gen/scoremesh/audit/v1/Record.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import { messageCodec } from '../../../services/kit/contract/protos.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { createMetrics } from '../../../services/kit/telemetry/prometheus.ts';
import { createUuids } from '../../../services/kit/uuid.ts';

/** An audit role of its own, with its folder. */
export interface BenchLog {
  readonly audit: AuditService;
  readonly folder: string;
  close(): Promise<void>;
}

export async function startBenchLog(): Promise<BenchLog> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-audit-'));
  const closers = createClosers(silentLog);
  const metrics = createMetrics({ processMetrics: false }, { log: silentLog }, closers);
  const config = auditConfig({ folder: join(folder, 'audit'), keysFolder: join(folder, 'keys') });
  const audit = await createAuditService(config, { log: silentLog, metrics }, closers);
  return {
    audit,
    folder,
    close: async () => {
      await closers.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const benchCall = () => startCall({ timeoutMs: 600_000, principal: 'bench' });

const recordCodec = messageCodec<Record, Record__Output>('scoremesh.audit.v1.Record');
const newId = createUuids();
const recordsPerPerson = 10;

/** What a credit score leaves: an entry of some 300 bytes and 700 bytes that are personal, every tenth about somebody new. */
export function creditScore(number: number): AppendRequest__Output {
  const recordId = newId();
  const person = String(Math.floor(number / recordsPerPerson));
  const record = recordCodec.encode({
    schema: 2,
    recordId,
    receivedAtUs: Date.now() * 1000,
    recordedAtUs: Date.now() * 1000,
    traceId: randomBytes(16),
    principal: 'loans',
    prediction: {
      model: { name: 'credit', version: 3, digest: `sha256:${'ab'.repeat(32)}`, alias: 'champion' },
      batchSize: 4,
      decision: 'approve',
      threshold: 0.2,
      _threshold: 'threshold',
    },
  });
  const personal = recordCodec.encode({
    prediction: {
      request: { model: 'credit', requestId: '', entities: { person }, inputs: {}, includeFeatures: false },
      features: { featureSet: Buffer.alloc(200, 1), values: Buffer.alloc(400, number) },
      outputs: { probability: { number: 0.1, kind: 'number' } },
    },
  });
  const none = { idempotencyKey: '', bodyDigest: Buffer.alloc(0), subjectOf: '', subjectOfKey: '' };
  return { ...none, recordId, record, personal, subject: `person=${person}` };
}
