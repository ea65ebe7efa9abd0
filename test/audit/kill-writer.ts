import { randomUUID } from 'node:crypto';
import { auditConfig } from '../../services/audit/config.ts';
import { createAuditService } from '../../services/audit/service.ts';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { appendRequest, KeptMetrics, testCall } from './fixture.ts';

/** Appends until it is killed; prints "id leafhash" of each record whose append resolved. */
const [folder = ''] = process.argv.slice(2);
const audit = await createAuditService(
  auditConfig({
    folder,
    keysFolder: `${folder}/keys`,
    segmentBytes: 256 * 1024,
    indexBatchRecords: 64,
    indexDelayMs: 5,
  }),
  { log: silentLog, metrics: new KeptMetrics() },
  createClosers(silentLog),
);

async function appendForever(): Promise<void> {
  for (;;) {
    const isKeyed = Math.random() < 0.3;
    const request = appendRequest({
      size: Math.floor(Math.random() * 1500),
      ...(isKeyed ? { idempotencyKey: `kill/${randomUUID()}` } : {}),
    });
    const { receipt } = await audit.handlers.Append(request, testCall());
    process.stdout.write(
      `${request.recordId} ${request.idempotencyKey || '-'} ${receipt?.leafHash.toString('hex')}\n`,
    );
  }
}

await Promise.all(Array.from({ length: 32 }, appendForever));
