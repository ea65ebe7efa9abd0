import { expect, test, vi } from 'vitest';
import { auditConfig } from '../../../services/audit/config.ts';
import { recordedMs } from '../../../services/audit/operation/recorded-time.ts';
import { startRetention } from '../../../services/audit/operation/start-retention.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { KeptLog, recordCodec, uuidAt } from '../fixture.ts';
import { dayMs } from './filled-log.ts';

test('a running audit role prunes by its setting, an hour after the last time, and goes on after a failure', async () => {
  vi.useFakeTimers();
  try {
    const log = new KeptLog();
    const closers = createClosers(log);
    const calls: number[] = [];
    const config = auditConfig({ folder: 'a', keysFolder: 'b', retentionMs: 200 * dayMs });
    const prune = async (beforeMs: number) => {
      calls.push(Date.now() - beforeMs);
      if (calls.length === 1) throw new Error('EIO');
      return { entries: 10, segments: 1, sizeBytes: 5, minimumIndex: 256, keptByMs: undefined };
    };
    startRetention(config, prune, log, closers);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toEqual([200 * dayMs]);
    expect(log.has('the audit log could not be pruned; trying again in an hour')).toBe(true);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(calls.length).toBe(2);
    expect(log.has('pruned the audit log')).toBe(true);
    await closers.close();
    await vi.advanceTimersByTimeAsync(7_200_000);
    expect(calls.length).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});

test('without a setting nothing is pruned', async () => {
  vi.useFakeTimers();
  try {
    startRetention(
      auditConfig({ folder: 'a', keysFolder: 'b' }),
      async () => await Promise.reject(new Error('no')),
      new KeptLog(),
      createClosers(new KeptLog()),
    );
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a record is as old as it says, or else as its id does', () => {
  const id = (text: string) => Buffer.from(text.replaceAll('-', ''), 'hex');
  const atMs = 1_700_000_000_123;
  const entry = (recordedAtUs: number) =>
    recordCodec.encode({ schema: 2, recordId: uuidAt(5), recordedAtUs, principal: 'x' });
  expect(recordedMs(entry(atMs * 1000), id(uuidAt(5)))).toBe(atMs);
  expect(recordedMs(entry(0), id(uuidAt(5)))).toBe(5);
  expect(recordedMs(Buffer.from('rubbish'), id(uuidAt(7)))).toBe(7);
  expect(recordedMs(Buffer.alloc(0), Buffer.alloc(16))).toBeUndefined();
});
