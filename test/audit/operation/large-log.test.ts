import { expect, test } from 'vitest';
import { openAudit, temporaryFolder } from '../fixture.ts';
import { check } from './checking.ts';
import { appendRecord } from './filled-log.ts';
import { generateLog } from './generated-log.ts';

/** To measure: LARGE_LOG=1000000 npx vitest run test/audit/operation/large-log.test.ts --testTimeout 3600000 */
const records = Number(process.env.LARGE_LOG ?? 3000);
const sealedEvery = Number(process.env.LARGE_LOG_SEALED ?? 1);

const measured = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now();
  const result = await work();
  if (process.env.LARGE_LOG !== undefined)
    process.stderr.write(`${what}: ${((performance.now() - startedAt) / 1000).toFixed(2)} s\n`);
  return result;
};

test(`a log of ${records} records opens and is checked within its budget`, async () => {
  const folder = await temporaryFolder();
  const generated = { folder, records, sealedEvery, personalBytes: 700, subjects: Math.ceil(records / 10) };
  await measured('written', async () => await generateLog(generated));
  const first = await measured('first start, which makes the tree', async () => await openAudit({ folder }));
  expect(first.size()).toBe(records);
  await first.close();
  const startedAt = performance.now();
  const audit = await measured('start', async () => await openAudit({ folder }));
  const startMs = performance.now() - startedAt;
  await appendRecord(audit, { subject: 'person=1', personalBytes: 10 });
  expect(audit.log.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  await audit.close();
  expect(startMs).toBeLessThan(5000);
  const tree = await measured('check --tree-only', async () => await check(folder, { treeOnly: true }));
  expect(tree.findings).toEqual([]);
  const checkedFrom = process.cpuUsage();
  const report = await measured('check', async () => await check(folder));
  expect(report.findings).toEqual([]);
  expect(report.treeSize).toBe(records + 1);
  expect(report.contents).toBe(sealedEvery === 0 ? 1 : Math.ceil(records / sealedEvery) + 1);
  // Not the time on the wall: other tests run beside it.
  const { system, user } = process.cpuUsage(checkedFrom);
  if (process.env.LARGE_LOG !== undefined)
    process.stderr.write(`check: ${((system + user) / 1e6).toFixed(2)} s of CPU\n`);
  if (records <= 1_000_000) expect(system + user).toBeLessThan(60e6);
});
