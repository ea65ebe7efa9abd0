import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type AuditConfig, auditConfig } from '../../services/audit/config.ts';
import type { Disk } from '../../services/audit/disk.ts';
import { type AuditService, createAuditService } from '../../services/audit/service.ts';
import type { AppendRequest__Output } from '../../services/gen/scoremesh/audit/v1/AppendRequest.ts';
import type { AppendResponse__Output } from '../../services/gen/scoremesh/audit/v1/AppendResponse.ts';
import type { Record, Record__Output } from '../../services/gen/scoremesh/audit/v1/Record.ts';
import { type Call, startCall } from '../../services/kit/contract/call.ts';
import { messageCodec } from '../../services/kit/contract/protos.ts';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import type { Log, LogFields } from '../../services/kit/log/log.ts';
import type { GaugeSample, Metrics } from '../../services/kit/telemetry/metrics.ts';

export const recordCodec = messageCodec<Record, Record__Output>('scoremesh.audit.v1.Record');

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scoremesh-audit-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A log that keeps its lines and tells when one comes. */
export class KeptLog implements Log {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: LogFields }[] = [];
  readonly #waiters: { readonly message: string; readonly resolve: () => void }[] = [];

  readonly debug = (message: string, fields: LogFields = {}): void => this.#keep('debug', message, fields);
  readonly info = (message: string, fields: LogFields = {}): void => this.#keep('info', message, fields);
  readonly warn = (message: string, fields: LogFields = {}): void => this.#keep('warn', message, fields);
  readonly error = (message: string, fields: LogFields = {}): void => this.#keep('error', message, fields);

  /** Resolves at the next line with this message. */
  async next(message: string): Promise<void> {
    await new Promise<void>((resolve) => this.#waiters.push({ message, resolve }));
  }

  has(message: string): boolean {
    return this.lines.some((line) => line.message === message);
  }

  #keep(level: string, message: string, fields: LogFields): void {
    this.lines.push({ level, message, fields });
    for (const [at, waiter] of [...this.#waiters.entries()].reverse())
      if (waiter.message === message) {
        this.#waiters.splice(at, 1);
        waiter.resolve();
      }
  }
}

/** Metrics that can be read back: "name{label,label}" to value. */
export class KeptMetrics implements Metrics {
  readonly counts = new Map<string, number>();
  readonly #gauges = new Map<string, () => readonly GaugeSample[]>();

  counter(name: string): ReturnType<Metrics['counter']> {
    return { labels: (...values) => ({ add: (amount = 1) => this.#add(`${name}{${values}}`, amount) }) };
  }

  histogram(name: string): ReturnType<Metrics['histogram']> {
    return { labels: (...values) => ({ observe: () => this.#add(`${name}{${values}}`, 1) }) };
  }

  gauge(name: string, _help: string, _labels: readonly string[], read: () => readonly GaugeSample[]): void {
    this.#gauges.set(name, read);
  }

  observedCounter(...counter: Parameters<Metrics['observedCounter']>): void {
    this.gauge(...counter);
  }

  async expose(): Promise<string> {
    return '';
  }

  gaugeValue(name: string, ...labels: string[]): number | undefined {
    return this.#gauges
      .get(name)?.()
      .find((sample) => String(sample.labels) === String(labels))?.value;
  }

  #add(key: string, amount: number): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + amount);
  }
}

export interface OpenAudit extends AuditService {
  readonly folder: string;
  readonly log: KeptLog;
  readonly metrics: KeptMetrics;
  close(): Promise<void>;
}

/** An audit role that is closed when the test ends, if it is not before. */
export async function openAudit(
  settings: Partial<AuditConfig> & { folder: string },
  disk?: Disk,
): Promise<OpenAudit> {
  const log = new KeptLog();
  const metrics = new KeptMetrics();
  const closers = createClosers(log);
  onTestFinished(async () => await closers.close());
  try {
    const deps = disk === undefined ? { log, metrics } : { log, metrics, disk };
    const service = await createAuditService(
      auditConfig({ keysFolder: `${settings.folder}/keys`, ...settings }),
      deps,
      closers,
    );
    return { ...service, folder: settings.folder, log, metrics, close: async () => await closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

export function testCall(): Call {
  return startCall({ timeoutMs: 60_000, principal: 'test' });
}

/** A UUIDv7 of this millisecond. */
export function uuidAt(timeMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(timeMs, 0, 6);
  bytes[6] = 0x70 | (bytes.readUInt8(6) & 0x0f);
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function newId(): string {
  return uuidAt(Date.now());
}

/** A request to append a Record with this id. */
export function appendRequest(
  settings: Partial<AppendRequest__Output> & { size?: number } = {},
): AppendRequest__Output {
  const recordId = settings.recordId ?? newId();
  const record = recordCodec.encode({ schema: 1, recordId, principal: 'p'.repeat(settings.size ?? 20) });
  return {
    recordId,
    record: settings.record ?? record,
    personal: settings.personal ?? Buffer.alloc(0),
    subject: settings.subject ?? '',
    subjectOf: settings.subjectOf ?? '',
    subjectOfKey: settings.subjectOfKey ?? '',
    idempotencyKey: settings.idempotencyKey ?? '',
    bodyDigest: settings.bodyDigest ?? Buffer.alloc(settings.idempotencyKey === undefined ? 0 : 32, 1),
  };
}

export async function append(
  audit: AuditService,
  settings: Partial<AppendRequest__Output> & { size?: number } = {},
): Promise<{ request: AppendRequest__Output; response: AppendResponse__Output }> {
  const request = appendRequest(settings);
  return { request, response: await audit.handlers.Append(request, testCall()) };
}

/** Appends so many, one after another; their ids. */
export async function appendMany(audit: AuditService, count: number, size = 20): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push((await append(audit, { size })).request.recordId);
  return ids;
}

export async function get(audit: AuditService, recordId: string) {
  return await audit.handlers.GetRecord({ recordId, idempotencyKey: '' }, testCall());
}

/** The reason of the error that this fails with; fails the test if it does not. */
export async function reasonOf(work: Promise<unknown>): Promise<string> {
  return (await errorOf(work)).reason;
}

export async function errorOf(work: Promise<unknown>): Promise<MeshError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MeshError) return error;
    throw error;
  }
  throw new Error('it should have failed');
}
