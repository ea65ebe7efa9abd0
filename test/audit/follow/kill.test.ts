import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import { append, openAudit, temporaryFolder, testCall } from '../fixture.ts';
import { caughtUp, dial, listen, openFollower, readLog, until } from './fixture.ts';

/** More for a soak, e.g. SOAK_KILLS=200 npx vitest run test/audit/follow/kill.test.ts --testTimeout 3600000 */
const kills = Number(process.env.SOAK_KILLS ?? 6);
const program = fileURLToPath(new URL('./follow-process.ts', import.meta.url));

/** A process that follows the port; resolves to the sizes that it tells, as it tells them. */
function startFollowing(folder: string, port: number) {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', program, folder, String(port), 'error', String(128 * 1024)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const told = { size: -1, errors: '' };
  let rest = '';
  child.stdout?.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) told.size = Number(line);
  });
  child.stderr?.on('data', (text) => {
    told.errors += text;
  });
  return {
    told,
    kill: async (): Promise<void> => {
      const exited = once(child, 'close');
      child.kill('SIGKILL');
      expect((await exited)[1]).toBe('SIGKILL');
    },
  };
}

test(`what a replica has told holds over ${kills} kills of it at random moments under load`, async () => {
  const writer = await openAudit({ folder: await temporaryFolder(), segmentBytes: 1024 * 1024 });
  const server = await listen(writer.handlers);
  const vkey = (await readLog(writer, 'vkey')).toString().trimEnd();
  const verifier = parseVerifierKey(vkey, signatureTypes.log);
  const folder = join(await temporaryFolder(), 'audit');
  const ids: string[] = [];
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  const load = Promise.allSettled(
    Array.from({ length: 8 }, async () => {
      while (!isOver) ids.push((await append(writer, { size: 200 })).request.recordId);
    }),
  );
  for (let kill = 0; kill < kills; kill++) {
    const process = startFollowing(folder, server.port);
    const before = writer.size();
    const most = Math.floor(Math.random() * 3000);
    await until(
      () => process.told.size > 0 && process.told.size >= before - 1000 && writer.size() > before + most,
    );
    await process.kill();
    const { errors, size: told } = process.told;
    expect(errors).toBe('');
    // Alone, without the writer: what was told is there, whole, and proved.
    const replica = await openFollower({ folder, segmentBytes: 128 * 1024 }, dial(1));
    expect(replica.size()).toBeGreaterThanOrEqual(told);
    expect(replica.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    const size = replica.size();
    const answered = await replica.handlers.GetInclusionProof({ index: '0', treeSize: '0' }, testCall());
    expect(answered.treeSize).toBe(String(size));
    for (const bundle of [0, Math.max(0, Math.floor(size / 256) - 1)]) {
      const path = `tile/entries/${String(bundle).padStart(3, '0')}`;
      expect((await readLog(replica, path)).equals(await readLog(writer, path))).toBe(true);
    }
    await replica.close();
  }
  isOver = true;
  await load;
  const last = await openFollower({ folder, segmentBytes: 128 * 1024 }, dial(server.port));
  await caughtUp(last, writer);
  for (let n = 0; n < 50; n++) {
    const recordId = ids[Math.floor(Math.random() * ids.length)] as string;
    const { receipt } = await last.handlers.GetReceipt({ recordId, cosigned: false }, testCall());
    const { record, entry } = await last.handlers.GetRecord({ recordId, idempotencyKey: '' }, testCall());
    expect(record?.recordId).toBe(recordId);
    expect(verifyReceipt(receipt?.proof ?? '', { logs: [verifier], entry }).size).toBe(writer.size());
  }
}, 300_000);
