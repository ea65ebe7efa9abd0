import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditService } from '../../../services/audit/service.ts';
import { appendRequest, type OpenAudit, openAudit, recordCodec, testCall, uuidAt } from '../fixture.ts';

export const dayMs = 86_400_000;
/** Segments of a few dozen records. */
export const segmentBytes = 128 * 1024;

export interface RecordSettings {
  readonly atMs?: number;
  readonly subject?: string;
  readonly personalBytes?: number;
  readonly idempotencyKey?: string;
  readonly outcomeOf?: string;
  readonly batchId?: string;
  readonly principal?: string;
  readonly decision?: string;
}

/** Appends one record with all that the index keeps of one; its id. */
export async function appendRecord(audit: AuditService, settings: RecordSettings = {}): Promise<string> {
  const atMs = settings.atMs ?? Date.now();
  const recordId = uuidAt(atMs);
  const { batchId = '', decision = '', outcomeOf, principal = 'test' } = settings;
  const record = recordCodec.encode({
    schema: 2,
    recordId,
    receivedAtUs: atMs * 1000,
    recordedAtUs: atMs * 1000,
    principal,
    ...(outcomeOf === undefined
      ? { prediction: { model: { name: 'delay', version: 1 }, batchId, decision } }
      : { outcome: { predictionId: outcomeOf } }),
  });
  const personal =
    settings.personalBytes === undefined
      ? Buffer.alloc(0)
      : recordCodec.encode({
          prediction: { outputs: { x: { text: randomBytes(settings.personalBytes / 2).toString('hex') } } },
        });
  const request = appendRequest({
    recordId,
    record,
    personal,
    ...(settings.subject === undefined ? {} : { subject: settings.subject }),
    ...(settings.idempotencyKey === undefined ? {} : { idempotencyKey: settings.idempotencyKey }),
  });
  await audit.handlers.Append(request, testCall());
  return recordId;
}

export interface FilledLog {
  readonly folder: string;
  readonly audit: OpenAudit;
  /** In order of the log. */
  readonly ids: readonly string[];
}

/** A running log of so many records, the oldest a year old, one a day; a third with a subject, some large, some outcomes. */
export async function filledLog(folder: string, count: number, daysEach = 1): Promise<FilledLog> {
  const audit = await openAudit({ folder, segmentBytes, indexDelayMs: 5, retentionMinimumMs: dayMs });
  const ids: string[] = [];
  const first = Date.now() - 365 * dayMs;
  for (let n = 0; n < count; n++) {
    const atMs = Math.min(first + n * daysEach * dayMs, Date.now());
    ids.push(await appendRecord(audit, recordOf(n, atMs, ids)));
  }
  return { folder, audit, ids };
}

function recordOf(n: number, atMs: number, ids: readonly string[]): RecordSettings {
  if (n % 7 === 3) return { atMs, outcomeOf: ids[Math.floor(n / 2)] as string, personalBytes: 50 };
  return {
    atMs,
    personalBytes: n % 50 === 9 ? 40_000 : 900,
    ...(n % 3 === 0 ? { subject: `passenger=${n % 24}` } : {}),
    ...(n % 5 === 0 ? { idempotencyKey: `test/${n}` } : {}),
    batchId: n % 4 === 0 ? `batch-${n >> 3}` : '',
    decision: n % 2 === 0 ? 'late' : '',
    principal: `caller-${n % 9}`,
  };
}

export async function erase(audit: AuditService, subject: string): Promise<void> {
  await audit.handlers.EraseSubject({ subject, reason: 'test' }, testCall());
}

export async function segmentNames(folder: string): Promise<string[]> {
  return (await readdir(join(folder, 'log'))).filter((name) => name.endsWith('.log')).sort();
}

export async function payloadNames(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'payloads'), { recursive: true });
  return names.filter((name) => /[0-9a-f]{64}$/.test(name)).sort();
}
