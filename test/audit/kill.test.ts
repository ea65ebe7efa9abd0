import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { append, get, openAudit, temporaryFolder, testCall } from './fixture.ts';

/** More for a soak, e.g. SOAK_KILLS=500 npx vitest run test/audit/kill.test.ts --testTimeout 3600000 */
const kills = Number(process.env.SOAK_KILLS ?? 5);
const writer = fileURLToPath(new URL('./kill-writer.ts', import.meta.url));

interface Answered {
  readonly recordId: string;
  readonly key: string;
  readonly leafHash: string;
}

/** Runs a writer on the folder and kills it after this many answers; what it had answered. */
async function runAndKill(folder: string, answersBefore: number): Promise<Answered[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', writer, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const answered: Answered[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [recordId = '', key = '', leafHash = ''] = line.split(' ');
    // The last line may be half a line.
    if (leafHash.length === 64) answered.push({ recordId, key, leafHash });
    if (answered.length === answersBefore) child.kill('SIGKILL');
  });
  const [code, signal] = await exited;
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
  lines.close();
  return answered;
}

test(`every append that was answered survives ${kills} kills at random moments`, async () => {
  const folder = await temporaryFolder();
  const answered: Answered[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const fresh = await runAndKill(folder, randomInt(1, 2000));
    answered.push(...fresh);
    const audit = await openAudit({ folder, segmentBytes: 256 * 1024 });
    expect(audit.size()).toBeGreaterThanOrEqual(answered.length);
    // All at the end, and at each kill those that it could have hurt and some of the others.
    const checked = kill === kills - 1 ? answered : [...fresh, ...answered.slice(-200)];
    for (const { recordId, key, leafHash } of checked) {
      const found = await get(audit, recordId);
      expect(found.record?.recordId).toBe(recordId);
      expect(found.receipt?.leafHash.toString('hex')).toBe(leafHash);
      if (key === '-') continue;
      const byKey = await audit.handlers.GetRecord({ recordId: '', idempotencyKey: key }, testCall());
      expect(byKey.record?.recordId).toBe(recordId);
    }
    await append(audit);
    expect(audit.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    await audit.close();
  }
});
