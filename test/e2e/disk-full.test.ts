import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flight } from '../contract/flight.ts';
import { type Placed, type PlacementName, place } from '../contract/placements.ts';
import { until } from '../contract/ready.ts';
import { recordedPredictions } from './load.ts';

/** A file system of 8 MiB, or undefined where mounting is not allowed. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]);
  if (status === 0) return folder;
  rmSync(folder, { recursive: true, force: true });
  return undefined;
}

const placements: readonly PlacementName[] = ['local', 'processes'];
const disk = smallDisk();
afterAll(() => {
  if (disk === undefined) return;
  spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});
if (disk === undefined)
  console.log('skipped: a full disk under the whole mesh (mounting a tmpfs is not permitted here)');

describe.skipIf(disk === undefined).each(placements)(
  'a mesh placed %s whose audit log has a full disk',
  (name) => {
    let mesh: Placed;
    const ballast = join(disk ?? '', 'ballast');

    beforeAll(async () => {
      mesh = await place(name, { auditFolder: join(disk ?? '', name) });
    });
    afterAll(async () => {
      await mesh?.close();
      rmSync(join(disk ?? '', name), { recursive: true, force: true });
      rmSync(ballast, { force: true });
    });

    it('stops answering and says why, loses nothing, and goes on by itself when there is room', async () => {
      const answered: string[] = [];
      const score = async (): Promise<void> => {
        answered.push((await mesh.client.scoring.Score(flight(), { timeoutMs: 5000 })).predictionId);
      };
      await score();
      const filled = spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k']);
      expect(filled.status).not.toBe(0);
      let refusal: unknown;
      for (let count = 0; count < 500 && refusal === undefined; count++)
        await score().catch((error: unknown) => (refusal = error));
      expect(refusal).toMatchObject({
        code: 14,
        reason: 'AUDIT_DISK_FULL',
        message: expect.stringContaining('free space'),
      });
      await until(async () =>
        (await fetch(`${mesh.httpUrl}/readyz`)).status === 503 ? undefined : 'it still says that it is ready',
      );

      writeFileSync(ballast, '');
      await until(async () => {
        await score();
        return undefined;
      });
      await until(async () =>
        (await fetch(`${mesh.httpUrl}/readyz`)).ok ? undefined : 'it is not ready again',
      );
      const recorded = await recordedPredictions(mesh);
      expect(answered.filter((id) => !recorded.has(id))).toEqual([]);
    });
  },
);
