import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  answerOf,
  chunkOf,
  endOf,
  headerOf,
  listed,
  messages,
  registered,
} from '../lifecycle/life-cycle-parts.ts';
import { newCall, startService, type TestService } from '../mesh-parts.ts';
import { linearModel } from '../onnx-models.ts';

/** A file system of 1 MiB, or undefined where mounting is not allowed. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
  if (status === 0) return folder;
  rmSync(folder, { recursive: true, force: true });
  return undefined;
}

const disk = smallDisk();
afterAll(() => {
  if (disk === undefined) return;
  spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});
if (disk === undefined)
  console.log('skipped: a full disk under the registry of models (mounting a tmpfs is not permitted here)');

describe.skipIf(disk === undefined)('a registry of models whose disk is full', () => {
  let service: TestService;
  afterEach(() => service.closers.close());
  const full = { reason: 'INTERNAL', code: 8, message: expect.stringContaining('make room and try again') };

  it('refuses what it can not store, leaves nothing of it, and goes on', async () => {
    const registryFolder = join(disk ?? '', 'models');
    service = await startService({ 'm/1/model.onnx': linearModel([1], 0) }, { registryFolder });
    const chunk = Buffer.alloc(400 * 1024);
    const large = messages(headerOf({}), ...Array.from({ length: 5 }, () => chunkOf('model.onnx', chunk)));
    await expect(registered(service, large)).rejects.toMatchObject(full);
    expect(await readdir(registryFolder)).toEqual([]);

    const ballast = join(disk ?? '', 'ballast');
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k']);
    const alias = { name: 'm', alias: 'champion', version: 1 };
    await expect(service.models.SetAlias(alias, newCall())).rejects.toMatchObject(full);
    expect(await listed(service)).toEqual(['m 1 READY']);

    rmSync(ballast);
    await service.models.SetAlias(alias, newCall());
    const small = messages(headerOf({}), chunkOf('model.onnx', linearModel([2], 0)), endOf());
    expect(await registered(service, small)).toEqual(['m 2 LOADING', 'm 2 READY']);
    expect(await listed(service)).toEqual(['m 1 READY @champion', 'm 2 READY']);
    expect(await answerOf(service, 'm@2')).toBe(2);
  });
});
