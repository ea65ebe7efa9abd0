import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { append, newId, openAudit, temporaryFolder, testCall } from '../fixture.ts';

const writer = fileURLToPath(new URL('../kill-writer.ts', import.meta.url));

/** Starts an audit role in a process of its own, and kills it once it answers. */
async function startAndKill(folder: string): Promise<void> {
  const events = join(await temporaryFolder(), 'events');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', writer, folder, join(folder, 'keys'), '1', events],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  child.stdout.once('data', () => child.kill('SIGKILL'));
  await once(child, 'close');
}

test('an index whose pages end the process that reads them is found out after a few starts, and built again', async () => {
  const folder = await temporaryFolder();
  const settings = { folder, keysFolder: join(folder, 'keys') };
  const starts = join(folder, 'index', 'starts');
  const audit = await openAudit(settings);
  const ids: string[] = [];
  for (let n = 0; n < 600; n++) {
    const recordId = newId();
    ids.push(recordId);
    await append(audit, { recordId, subject: `passenger=${n % 50}`, personal: Buffer.from([0x08, 0x01]) });
  }
  await audit.close();
  expect(existsSync(starts)).toBe(false);
  for (let start = 1; start <= 3; start++) {
    await startAndKill(folder);
    expect(await readFile(starts, 'latin1')).toBe(String(start));
  }
  const data = join(folder, 'index', 'data.mdb');
  const bytes = await readFile(data);
  const id = Buffer.from(ids[100]!.replaceAll('-', ''), 'hex');
  // Every page with this id on it; what a start looks at stands on others.
  for (let at = bytes.indexOf(id); at >= 0; at = bytes.indexOf(id, at + 1))
    bytes.fill(0xff, at - (at % 4096), at - (at % 4096) + 4096);
  await writeFile(data, bytes);
  const again = await openAudit(settings);
  expect(again.log.has('the audit index is damaged')).toBe(true);
  expect(await readFile(starts, 'latin1')).toBe('1');
  for (const recordId of ids)
    expect(
      (await again.handlers.GetRecord({ recordId, idempotencyKey: '' }, testCall())).record?.recordId,
    ).toBe(recordId);
  await again.close();
  expect(existsSync(starts)).toBe(false);
}, 120_000);
