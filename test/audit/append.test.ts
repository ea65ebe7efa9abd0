import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auditConfig, maxRecordBytes } from '../../services/audit/config.ts';
import { sealedFieldBytes } from '../../services/audit/sealing/sealer.ts';
import { cancelledByCaller, startCall } from '../../services/kit/contract/call.ts';
import {
  append,
  appendMany,
  appendRequest,
  errorOf,
  get,
  newId,
  openAudit,
  reasonOf,
  recordCodec,
  temporaryFolder,
  testCall,
} from './fixture.ts';
import { holdNext, MemoryDisk } from './memory-disk.ts';

describe('append', () => {
  test('answers the place and the RFC 6962 leaf hash of the record, one place after another', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    for (let n = 0; n < 3; n++) {
      const { request, response } = await append(audit);
      const leafHash = createHash('sha256').update(Buffer.of(0)).update(request.record).digest();
      expect(response).toEqual({
        receipt: { logIndex: String(n), leafHash, proof: expect.stringContaining(`index ${n}\n`) },
        existingRecord: Buffer.alloc(0),
      });
    }
    expect(audit.metrics.counts.get('scoremesh_audit_appends_total{appended}')).toBe(3);
    expect(audit.metrics.gaugeValue('scoremesh_audit_log_records')).toBe(3);
    expect(audit.metrics.gaugeValue('scoremesh_audit_log_state', 'writable')).toBe(1);
  });

  test('is not answered before its record is synced', async () => {
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder: await temporaryFolder() }, disk);
    const sync = holdNext(disk, 'datasync');
    let isAnswered = false;
    const work = append(audit).then(() => {
      isAnswered = true;
    });
    await sync.reached;
    expect(isAnswered).toBe(false);
    expect(audit.size()).toBe(0);
    sync.letGo();
    await work;
    expect(audit.size()).toBe(1);
  });

  test('shares a commit with all that arrived while the one before ran', async () => {
    const folder = await temporaryFolder();
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder }, disk);
    const sync = holdNext(disk, 'datasync');
    const first = append(audit);
    await sync.reached;
    let syncs = 0;
    disk.before = (operation) => {
      if (operation === 'datasync') syncs++;
    };
    const rest = Array.from({ length: 50 }, () => append(audit));
    expect(audit.metrics.gaugeValue('scoremesh_audit_pending_records')).toBe(51);
    sync.letGo();
    const answers = await Promise.all([first, ...rest]);
    expect(syncs).toBe(1);
    expect(answers.map(({ response }) => response.receipt?.logIndex)).toEqual(
      Array.from({ length: 51 }, (_, n) => String(n)),
    );
  });

  test('takes as many writes as the disk needs', async () => {
    const folder = await temporaryFolder();
    const disk = new MemoryDisk();
    disk.maxWriteBytes = 7;
    const audit = await openAudit({ folder }, disk);
    const { request } = await append(audit);
    expect((await get(audit, request.recordId)).entry).toEqual(request.record);
    expect(disk.content(join(folder, 'log', '0000000001.log')).length).toBeGreaterThan(7);
  });

  test('begins a new segment when one is full, and reads from all', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder, segmentBytes: 128 * 1024 });
    const ids = await appendMany(audit, 20, 30_000);
    for (const [index, id] of ids.entries())
      expect((await get(audit, id)).receipt?.logIndex).toBe(String(index));
    await audit.close();
    const again = await openAudit({ folder, segmentBytes: 128 * 1024 });
    expect(again.size()).toBe(20);
  });

  test('refuses what is wrong, naming every fault', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    const refused = async (settings: Parameters<typeof appendRequest>[0]) =>
      await errorOf(append(audit, settings));
    expect((await refused({ recordId: 'p-1' })).message).toBe(
      'record_id: "p-1" is not a UUID; give one such as 01890a5d-ac96-774b-bcce-b302099a8057',
    );
    expect((await refused({ record: Buffer.alloc(0) })).reason).toBe('INVALID_REQUEST');
    const both = await refused({
      record: Buffer.alloc(0),
      idempotencyKey: 'k'.repeat(1025),
      bodyDigest: Buffer.alloc(31),
    });
    expect(both.details.violations?.map(({ field }) => field)).toEqual([
      'record',
      'body_digest',
      'idempotency_key',
    ]);
    expect((await refused({ bodyDigest: Buffer.alloc(32) })).details.violations?.[0]?.field).toBe(
      'body_digest',
    );
    const large = await refused({ record: Buffer.alloc(maxRecordBytes + 1) });
    expect(large.reason).toBe('MESSAGE_TOO_LARGE');
    expect(large.message).toContain('61441');
    expect(audit.metrics.counts.get('scoremesh_audit_appends_total{MESSAGE_TOO_LARGE}')).toBe(1);
    expect(audit.size()).toBe(0);
    const largest = await append(audit, {
      record: Buffer.alloc(maxRecordBytes, 1),
      idempotencyKey: 'é'.repeat(512),
    });
    expect((await get(audit, largest.request.recordId)).entry.length).toBe(maxRecordBytes + sealedFieldBytes);
  });

  test('is not begun when nobody waits for it any more', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    const late = startCall({ timeoutMs: -1, principal: 'test' });
    expect(await reasonOf(audit.handlers.Append(appendRequest(), late))).toBe('DEADLINE_PAST');
    const gone = testCall();
    gone.cancellation.cancel(cancelledByCaller());
    expect(await reasonOf(audit.handlers.Append(appendRequest(), gone))).toBe('CALL_CANCELLED');
    expect(audit.size()).toBe(0);
  });

  test('is refused with a retry time when too many records or bytes wait', async () => {
    for (const settings of [{ maxPendingRecords: 3 }, { maxPendingBytes: 128 * 1024 }]) {
      const disk = new MemoryDisk();
      const audit = await openAudit({ folder: await temporaryFolder(), ...settings }, disk);
      const sync = holdNext(disk, 'datasync');
      const taken = Array.from({ length: 3 }, () => append(audit, { size: 40_000 }));
      await sync.reached;
      const error = await errorOf(append(audit, { size: 40_000 }));
      expect(error.reason).toBe('QUEUE_FULL');
      expect(error.details.retryAfterMs).toBeGreaterThan(0);
      sync.letGo();
      await Promise.all(taken);
      await append(audit, { size: 40_000 });
    }
  });

  test('is refused while the index lags too far, and goes on when it has caught up', async () => {
    const audit = await openAudit({
      folder: await temporaryFolder(),
      maxUnindexedRecords: 5,
      indexDelayMs: 60_000,
    });
    await appendMany(audit, 5);
    expect(await reasonOf(append(audit))).toBe('QUEUE_FULL');
    expect(audit.writable()?.reason).toBe('QUEUE_FULL');
    await audit.handlers.ListRecords({ since: null, until: null, pageSize: 1, pageToken: '' }, testCall());
    await append(audit);
    expect(audit.writable()).toBeUndefined();
  });

  test('is refused once the role stops, after what was accepted is durable', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder });
    const accepted = Array.from({ length: 20 }, () => append(audit));
    const closed = audit.close();
    expect(await reasonOf(append(audit))).toBe('SHUTTING_DOWN');
    await closed;
    const answers = await Promise.all(accepted);
    expect(audit.writable()?.reason).toBe('SHUTTING_DOWN');
    const again = await openAudit({ folder });
    expect(again.size()).toBe(20);
    for (const { request } of answers) await get(again, request.recordId);
  });
});

describe('a repeated append', () => {
  /** In every state that the first may be in: in the same commit, running, durable, indexed, restarted. */
  test('of a record_id answers as the first time and appends nothing, however far the first is', async () => {
    const folder = await temporaryFolder();
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder }, disk);
    const request = appendRequest();
    const again = () =>
      audit.handlers.Append({ ...request, recordId: request.recordId.toUpperCase() }, testCall());
    const sync = holdNext(disk, 'datasync');
    const pending = [again(), again(), again()];
    await sync.reached;
    pending.push(again());
    sync.letGo();
    const answers = await Promise.all(pending);
    answers.push(await again());
    await audit.handlers.ListRecords({ since: null, until: null, pageSize: 1, pageToken: '' }, testCall());
    answers.push(await again());
    await audit.close();
    const restarted = await openAudit({ folder }, disk);
    answers.push(await restarted.handlers.Append(request, testCall()));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.receipt?.logIndex).toBe('0');
    expect(restarted.size()).toBe(1);
  });

  test('of an idempotency key answers the first record, and appends nothing, however far the first is', async () => {
    const folder = await temporaryFolder();
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder }, disk);
    const other = () => append(audit, { idempotencyKey: 'tenant/1' });
    const sync = holdNext(disk, 'datasync');
    const work = [other(), other()];
    await sync.reached;
    work.push(other());
    sync.letGo();
    const [first, ...repeats] = await Promise.all(work);
    repeats.push(await other());
    await audit.handlers.ListRecords({ since: null, until: null, pageSize: 1, pageToken: '' }, testCall());
    repeats.push(await other());
    await audit.close();
    const restarted = await openAudit({ folder }, disk);
    repeats.push(await append(restarted, { idempotencyKey: 'tenant/1' }));
    expect(first?.response.existingRecord.length).toBe(0);
    for (const { response } of repeats) {
      const existing = recordCodec.decode(response.existingRecord);
      expect(existing.recordId).toBe(first?.request.recordId);
      expect(response.receipt).toMatchObject({
        logIndex: first?.response.receipt?.logIndex,
        leafHash: first?.response.receipt?.leafHash,
      });
    }
    expect(restarted.size()).toBe(1);
    const byKey = await restarted.handlers.GetRecord(
      { recordId: '', idempotencyKey: 'tenant/1' },
      testCall(),
    );
    expect(byKey.record?.recordId).toBe(first?.request.recordId);
    expect(byKey.bodyDigest).toEqual(first?.request.bodyDigest);
  });

  test('of an idempotency key with another body is refused, naming the first prediction', async () => {
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder: await temporaryFolder() }, disk);
    const sync = holdNext(disk, 'datasync');
    const first = append(audit, { idempotencyKey: 'tenant/1' });
    const pending = errorOf(append(audit, { idempotencyKey: 'tenant/1', bodyDigest: Buffer.alloc(32, 2) }));
    await sync.reached;
    sync.letGo();
    const { request } = await first;
    for (const error of [
      await pending,
      await errorOf(append(audit, { idempotencyKey: 'tenant/1', bodyDigest: Buffer.alloc(32, 3) })),
    ]) {
      expect(error.reason).toBe('REQUEST_ID_CONFLICT');
      expect(error.message).toContain(request.recordId);
      expect(error.details.metadata).toEqual({ prediction_id: request.recordId });
    }
    expect(audit.size()).toBe(1);
  });

  test('fails with the first if that fails, and the next one is appended', async () => {
    const disk = new MemoryDisk();
    const audit = await openAudit({ folder: await temporaryFolder(), probeIntervalMs: 1 }, disk);
    const request = appendRequest({ idempotencyKey: 'tenant/1' });
    const sync = holdNext(disk, 'datasync');
    const first = reasonOf(audit.handlers.Append(request, testCall()));
    await sync.reached;
    const sameId = reasonOf(audit.handlers.Append(request, testCall()));
    const sameKey = reasonOf(append(audit, { idempotencyKey: 'tenant/1' }));
    const read = reasonOf(get(audit, request.recordId));
    const resumed = audit.log.next('the audit log takes records again');
    sync.fail('EIO');
    expect(await Promise.all([first, sameId, sameKey, read])).toEqual(Array(4).fill('AUDIT_LOG_FAILED'));
    await resumed;
    expect(await reasonOf(get(audit, request.recordId))).toBe('RECORD_NOT_FOUND');
    expect((await audit.handlers.Append(request, testCall())).receipt?.logIndex).toBe('0');
  });

  test('of many at once appends each id and each key once', async () => {
    const audit = await openAudit({ folder: await temporaryFolder(), indexBatchRecords: 8 });
    const ids = Array.from({ length: 10 }, newId);
    const work = [];
    for (let round = 0; round < 30; round++) {
      for (const [n, recordId] of ids.entries())
        work.push(append(audit, { recordId, idempotencyKey: `byId/${n}` }));
      for (let n = 0; n < 10; n++) work.push(append(audit, { idempotencyKey: `byKey/${n}` }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const answers = await Promise.all(work);
    expect(audit.size()).toBe(20);
    expect(new Set(answers.map(({ response }) => response.receipt?.logIndex)).size).toBe(20);
  });
});

describe('settings', () => {
  test('out of bounds are all named at once', () => {
    expect(() =>
      auditConfig({ folder: '', keysFolder: '', segmentBytes: 1, probeIntervalMs: Number.NaN }),
    ).toThrow(/folder is empty.*keysFolder is empty.*segmentBytes is 1.*probeIntervalMs is NaN/);
  });
});
