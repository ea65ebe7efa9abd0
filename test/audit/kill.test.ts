import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseVerifierKey, signatureTypes } from '../../services/kit/transparency/verifier-key.ts';
import { checkAll } from './faults/checks.ts';
import { Load, type LoadEvent } from './faults/load.ts';
import { type Erasing, Model } from './faults/model.ts';
import { randomFrom } from './faults/random.ts';
import { openAudit, temporaryFolder } from './fixture.ts';

/** More for a soak, e.g. SOAK_KILLS=500 npx vitest run test/audit/kill.test.ts --testTimeout 3600000 */
const kills = Number(process.env.SOAK_KILLS ?? 5);
const writer = fileURLToPath(new URL('./kill-writer.ts', import.meta.url));

/** Runs a writer on the folder and kills it after so many events; what it told, but for the last line where it is half a line. */
async function runAndKill(folder: string, seed: number, eventsBefore: number): Promise<LoadEvent[]> {
  const told = join(await temporaryFolder(), 'events');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', writer, folder, join(folder, 'keys'), String(seed), told],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'close');
  let left = eventsBefore;
  child.stdout.on('data', (points: Buffer) => {
    left -= points.length;
    if (left <= 0) child.kill('SIGKILL');
  });
  const [code, signal] = await exited;
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
  const lines = (await readFile(told, 'utf8')).split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LoadEvent);
}

/** Brings a model to what a process was told. */
function hear(model: Model, events: readonly LoadEvent[]): void {
  const erasures = new Map<number, Erasing>();
  for (const event of events)
    if (event.kind === 'sent') model.send(event.plan);
    else if (event.kind === 'erasing') erasures.set(event.number, model.beginErasure(event.subject));
    else if (event.kind === 'erased') {
      const erasing = erasures.get(event.number);
      if (erasing !== undefined) model.endErasure(erasing, event.outcome);
    } else {
      const sent = model.sent.get(event.recordId);
      assert(sent !== undefined && event.receipt !== null);
      const { leafHash, ...receipt } = event.receipt;
      // As JSON has it.
      model.answer(sent, { ...receipt, leafHash: Buffer.from(leafHash) }, event.firstId);
    }
  model.endProcess();
}

test(`what was answered holds over ${kills} kills of a writing process at random moments`, async () => {
  const folder = await temporaryFolder();
  const model = new Model();
  const seed = randomInt(2 ** 31);
  console.log(`seed ${seed}`);
  const random = randomFrom(seed);
  const settings = { folder, segmentBytes: 256 * 1024 };
  const first = await openAudit(settings);
  const opened = first.log.lines.find(({ message }) => message === 'audit log open');
  model.verifier = parseVerifierKey(String(opened?.fields.vkey), signatureTypes.log);
  await first.close();
  for (let kill = 0; kill < kills; kill++) {
    const events = await runAndKill(folder, seed + kill, 1 + random.below(3000));
    hear(model, events);
    if (random.chance(0.3)) await rm(join(folder, 'index'), { recursive: true });
    const audit = await openAudit(settings);
    await checkAll(audit, model, random, kill === kills - 1);
    expect(audit.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(audit.metrics.counts.get('scoremesh_audit_lost_content_total{}')).toBeUndefined();
    const load = new Load({ audit, model, random, isOver: () => false });
    await load.append(load.request({}));
    await audit.close();
  }
  expect(model.answered.size).toBeGreaterThan(kills * 10);
});
