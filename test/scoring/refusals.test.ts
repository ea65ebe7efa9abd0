import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Reason } from '../../services/kit/errors/catalogue.ts';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { createUuids } from '../../services/kit/uuid.ts';
import type { AuditTrail } from '../../services/scoring/audit-trail.ts';
import type { RecordParts } from '../../services/scoring/records.ts';
import { createRefusals } from '../../services/scoring/refusals.ts';
import { completeRecord } from './complete.ts';
import { newCall, scoreRequest } from './fakes.ts';

beforeEach(
  () => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: 1_700_000_000_100 }),
);
afterEach(() => void vi.useRealTimers());

function start() {
  const records: ReturnType<typeof completeRecord>[] = [];
  const keep = (parts: RecordParts): void => void records.push(completeRecord(parts));
  const trail: AuditTrail = {
    append: async (record) => {
      keep(record);
      return { receipt: null, existingRecord: Buffer.alloc(0) };
    },
    appendLater: keep,
    find: async () => undefined,
    flush: async () => {},
  };
  const closers = createClosers(silentLog);
  const newId = createUuids();
  const refusals = createRefusals(trail, newId, silentLog, closers);
  const refuse = (reason: Reason, model = 'm', principal = 'p') =>
    refusals.record(
      { request: scoreRequest({ model }), method: '', subject: '' },
      new MeshError(reason, 'refused'),
      {
        recordId: newId(),
        receivedAtMs: 0,
        call: newCall(1000, principal),
      },
    );
  const summaries = () =>
    records.flatMap(({ refusalSummary, principal }) =>
      refusalSummary ? [{ ...refusalSummary, principal }] : [],
    );
  const single = () => records.filter(({ event }) => event === 'refusal');
  const total = () => single().length + summaries().reduce((sum, { count }) => sum + count, 0);
  return { refuse, records, summaries, single, total, closers };
}

describe('refusals', () => {
  it('are recorded one by one up to a limit a second, and counted beyond it; nothing is lost', async () => {
    const { refuse, single, summaries, total, closers } = start();
    for (let count = 0; count < 700; count++) await refuse('INPUT_MISSING');
    expect(single()).toHaveLength(500);
    vi.advanceTimersByTime(1000);
    expect(summaries()).toMatchObject([
      { second: 1_700_000_000, reason: 'INPUT_MISSING', model: 'm', count: 200, principal: 'p', code: 3 },
    ]);
    await refuse('INPUT_MISSING');
    expect(single()).toHaveLength(501);
    await closers.close();
    expect(total()).toBe(701);
  });

  it('under overload are only counted, apart by model and principal', async () => {
    const { refuse, single, summaries, closers } = start();
    for (const [model, principal] of [
      ['a', 'p'],
      ['a', 'p'],
      ['b', 'p'],
      ['a', 'q'],
    ] as const)
      await refuse('QUEUE_FULL', model, principal);
    expect(single()).toEqual([]);
    await closers.close();
    expect(summaries().map(({ model, principal, count }) => [model, principal, count])).toEqual([
      ['a', 'p', 2],
      ['b', 'p', 1],
      ['a', 'q', 1],
    ]);
  });

  it('of ever new models are counted in a bounded number of records, none under another’s name', async () => {
    const { refuse, summaries, total, closers } = start();
    for (let count = 0; count < 2000; count++) await refuse('QUEUE_FULL', `m${count}`, `p${count}`);
    for (let count = 0; count < 600; count++) await refuse('INPUT_MISSING', `n${count}`, 'p');
    await closers.close();
    expect(summaries().length).toBeLessThan(300);
    expect(total()).toBe(2600);
    const together = summaries().filter(({ count }) => count > 1);
    expect(together.map(({ reason, model, principal, count }) => [reason, model, principal, count])).toEqual([
      ['QUEUE_FULL', '', '', 2000 - 256],
      ['INPUT_MISSING', '', '', 100],
    ]);
  });

  it('are counted for the second they came in, when the next one begins with another refusal', async () => {
    const { refuse, summaries, closers } = start();
    await refuse('QUEUE_FULL');
    vi.setSystemTime(1_700_000_001_050);
    await refuse('QUEUE_FULL');
    await closers.close();
    expect(summaries().map(({ second, count }) => [second, count])).toEqual([
      [1_700_000_000, 1],
      [1_700_000_001, 1],
    ]);
  });

  it('because there is no log are not recorded in it', async () => {
    const { refuse, records, closers } = start();
    for (const reason of ['AUDIT_DISK_FULL', 'AUDIT_LOG_FAILED', 'SHUTTING_DOWN'] as const)
      await refuse(reason);
    await closers.close();
    expect(records).toEqual([]);
  });
});
