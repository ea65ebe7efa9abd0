import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hurryTimers } from './fast-timers.ts';
import { histories, runHistory, Tally } from './history.ts';

/** The long version: npm run faults. */
const runs = 15;

test(`what was answered holds over ${runs} histories of failing disks, kills and power failures`, {
  timeout: 300_000,
}, async () => {
  hurryTimers();
  const tally = new Tally();
  const property = fc.asyncProperty(histories, async (plans) => {
    const folder = await mkdtemp(join(tmpdir(), 'scoremesh-faults-'));
    try {
      await runHistory(folder, plans, tally);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  await fc.assert(property, { numRuns: runs, endOnFailure: true });
  expect(tally.answered).toBeGreaterThan(300);
  expect(tally.receipts).toBeGreaterThan(300);
  expect(tally.cuts.size).toBeGreaterThan(5);
});
