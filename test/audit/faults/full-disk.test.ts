import { describe, expect, test } from 'vitest';
import type { AuditService } from '../../../services/audit/service.ts';
import { append, errorOf, get, reasonOf, testCall } from '../fixture.ts';
import { hurryTimers } from './fast-timers.ts';
import type { Area } from './gate.ts';
import { appendAbout, erase, type Hook, stateOf, World } from './world.ts';

hurryTimers();

/** Whatever takes room in this area fails while `isFull` says so. */
function fullAt(area: Area, code: string): { readonly hook: Hook; isFull: boolean; met: number } {
  const disk = {
    isFull: true,
    met: 0,
    hook: ((operation, where) => {
      if (!disk.isFull || where !== area || !['create', 'write'].includes(operation)) return undefined;
      disk.met++;
      return { error: code };
    }) satisfies Hook,
  };
  return disk;
}

/** Does what `work` does until it is not refused; the reasons of the refusals. */
async function untilTaken(work: () => Promise<unknown>): Promise<Set<string>> {
  const reasons = new Set<string>();
  for (;;) {
    try {
      await work();
      return reasons;
    } catch (error) {
      reasons.add((error as { reason?: string }).reason ?? String(error));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

const large = 'n'.repeat(40_000);
type Doing = (audit: AuditService, n: number) => Promise<unknown>;
const doings: readonly (readonly [Area, Doing])[] = [
  ['log', async (audit) => await append(audit)],
  ['payloads', async (audit) => await appendAbout(audit, 'passenger=ann', large)],
  ['subjects', async (audit, n) => await appendAbout(audit, `passenger=${n}`)],
  ['erasing', async (audit) => await erase(audit, 'passenger=ann')],
];

describe.each([
  ['full', 'ENOSPC', 'AUDIT_DISK_FULL'],
  ['failing', 'EIO', 'AUDIT_LOG_FAILED'],
])('a %s disk', (_, code, reason) => {
  test.each(doings)(
    'under %s is told by its name, and work goes on without a restart when it is well again',
    async (area, doing) => {
      const world = await World.begin();
      let audit = await world.open();
      const disk = fullAt(area, code);
      // Before keys are made for thousands of subjects more.
      if (area === 'subjects') world.hook(disk.hook);
      const known = await appendAbout(audit, 'passenger=ann', large);
      world.hook(disk.hook);
      const reasons = new Set<string>();
      const taken: string[] = [];
      // There are keys for a thousand subjects.
      for (let n = 0; n < 1100 && reasons.size === 0; n++)
        await doing(audit, n).then(
          (id) => typeof id === 'string' && taken.push(id),
          (error) => reasons.add((error as { reason?: string }).reason ?? String(error)),
        );
      expect([...reasons]).toEqual([reason]);
      expect(disk.met).toBeGreaterThan(0);
      expect(await stateOf(audit, known)).toBe('CONTENT_STATE_PRESENT');
      disk.isFull = false;
      for (const each of await untilTaken(async () => await doing(audit, 10_000))) expect(each).toBe(reason);
      expect(audit.writable()).toBeUndefined();
      await world.crash('power');
      audit = await world.open();
      const isErased = area === 'erasing';
      expect(await stateOf(audit, known)).toBe(`CONTENT_STATE_${isErased ? 'ERASED' : 'PRESENT'}`);
      for (const id of taken.slice(-50)) if (!isErased) await get(audit, id);
      expect(world.life.alarms()).toEqual([]);
    },
  );

  test.each(['tile', 'head'] as const)(
    'under the tree (%s) keeps nobody from an answer, and is written to when it is well again',
    async (area) => {
      const world = await World.begin();
      let audit = await world.open();
      const disk = fullAt(area, code);
      world.hook(disk.hook);
      const failed = world.life.log.next('tiles of the audit tree can not be written; trying on');
      const work = await Promise.all(Array.from({ length: 600 }, () => append(audit)));
      await failed;
      const { recordId } = work[3]!.request;
      const { receipt } = await audit.handlers.GetReceipt({ recordId, cosigned: false }, testCall());
      expect(receipt?.proof).not.toBe('');
      const written = world.life.log.next('tiles of the audit tree are written again');
      disk.isFull = false;
      await written;
      await world.crash('power', 'removed');
      audit = await world.open();
      expect(audit.size()).toBe(600);
      await audit.handlers.GetConsistencyProof({ fromSize: '300', toSize: '600' }, testCall());
    },
  );

  test('at the start is told by its name wherever it is met, and the next start finds all', async () => {
    const world = await World.begin();
    const met = new Set<string>();
    let id = '';
    for (const isFirst of [true, false])
      for (let nth = 1; ; nth++) {
        let count = 0;
        let hit = '';
        const opening = world.open((operation, area) => {
          if (!['create', 'write', 'makeFolder', 'datasync', 'sync', 'rename'].includes(operation))
            return undefined;
          if (++count !== nth) return undefined;
          hit = `${operation} ${area}`;
          return { error: code };
        });
        // What comes after the start is not of interest here.
        const failed = await opening.then(
          () => undefined,
          (error: unknown) => error,
        );
        world.hook(undefined);
        if (failed === undefined) {
          const audit = await world.life.close().then(async () => await world.open());
          if (isFirst) id = await appendAbout(audit, 'passenger=ann');
          else expect(await stateOf(audit, id)).toBe('CONTENT_STATE_PRESENT');
          await world.close();
          if (hit === '') break;
          continue;
        }
        met.add(hit);
        expect((await errorOf(Promise.reject(failed))).reason, hit).toBe(reason);
        await world.crash('kill');
      }
    expect([...met].sort()).toContain('datasync log');
    expect(met.size).toBeGreaterThan(8);
  });
});

describe('large contents', () => {
  test('that no record came to name are not left behind: of alike ones, of those that a full log refuses', async () => {
    const world = await World.begin();
    const audit = await world.open();
    const payloads = (): number =>
      [...world.life.disk.state.names.keys()].filter((name) => name.startsWith('payloads')).length;
    const alike = () => append(audit, { personal: Buffer.alloc(40_000), idempotencyKey: 'one' });
    await Promise.all(Array.from({ length: 5 }, alike));
    const disk = fullAt('log', 'ENOSPC');
    world.hook(disk.hook);
    const refused = await Promise.all(
      Array.from({ length: 5 }, () => reasonOf(appendAbout(audit, 'passenger=ann', large))),
    );
    expect(refused).toEqual(Array(5).fill('AUDIT_DISK_FULL'));
    for (let n = 0; n < 20; n++)
      expect(await reasonOf(appendAbout(audit, 'passenger=ann', large))).toBe('AUDIT_DISK_FULL');
    world.hook(undefined);
    await untilTaken(async () => await append(audit));
    // Those of the commit that met it may stay.
    expect(payloads()).toBeLessThanOrEqual(6);
  });
});

describe('a disk that can not be read', () => {
  test.each(['log', 'tile', 'payloads'] as const)('under %s is told by its name', async (area) => {
    const world = await World.begin();
    let audit = await world.open();
    const id = await appendAbout(audit, 'passenger=ann', large);
    await Promise.all(Array.from({ length: 600 }, () => append(audit)));
    await world.close();
    audit = await world.open();
    const call = testCall();
    const reads = {
      log: [
        () => audit.handlers.GetRecord({ recordId: id, idempotencyKey: '' }, call),
        () => audit.handlers.ReadLog({ path: 'tile/entries/000' }, call),
        () => audit.handlers.ListRecords({ since: null, until: null, pageSize: 0, pageToken: '' }, call),
        () => erase(audit, 'passenger=ann'),
      ],
      tile: [
        () => audit.handlers.GetReceipt({ recordId: id, cosigned: false }, call),
        () => audit.handlers.GetInclusionProof({ index: '3', treeSize: '0' }, call),
        () => audit.handlers.GetConsistencyProof({ fromSize: '200', toSize: '0' }, call),
        () => audit.handlers.ReadLog({ path: 'tile/0/000' }, call),
      ],
      payloads: [() => audit.handlers.GetRecord({ recordId: id, idempotencyKey: '' }, call)],
    };
    world.hook((operation, where) =>
      where === area && (operation === 'read' || operation === 'open') ? { error: 'EIO' } : undefined,
    );
    for (const read of reads[area]) expect(await reasonOf(read())).toBe('AUDIT_LOG_FAILED');
    world.hook(undefined);
    for (const read of reads[area]) await read();
  });
});

describe('a sync that fails', () => {
  test('tells the callers of its commit, keeps nothing of it, and the log goes on anew', async () => {
    for (let seed = 0; seed < 5; seed++) {
      const world = await World.begin(seed);
      let audit = await world.open();
      const before = await append(audit);
      let isFailing = true;
      world.hook((operation, area) =>
        isFailing && area === 'log' && (operation === 'datasync' || operation === 'sync')
          ? { error: 'EIO' }
          : undefined,
      );
      const failed = await Promise.all(
        Array.from({ length: 5 }, () => reasonOf(append(audit, { size: 2000 }))),
      );
      expect(failed).toEqual(Array(5).fill('AUDIT_LOG_FAILED'));
      expect(await reasonOf(append(audit))).toBe('AUDIT_LOG_FAILED');
      isFailing = false;
      const taken: string[] = [];
      const reasons = await untilTaken(async () => taken.push((await append(audit)).request.recordId));
      for (const reason of reasons) expect(reason).toBe('AUDIT_LOG_FAILED');
      expect(audit.size()).toBe(2);
      await world.crash('power');
      audit = await world.open();
      expect(audit.size()).toBe(2);
      for (const id of [before.request.recordId, ...taken]) await get(audit, id);
      await world.stop();
    }
  });
});

describe('entries of the log', () => {
  test('are read from their places also after a commit that was being written failed', async () => {
    const world = await World.begin();
    const audit = await world.open();
    await append(audit);
    let letGo = (): void => {};
    let writes = 0;
    const held = new Promise<void>((resolve) => {
      world.hook((operation, area) => {
        if (operation !== 'write' || area !== 'log') return undefined;
        if (++writes === 1) return { part: 0.8 };
        if (writes > 2) return undefined;
        resolve();
        return new Promise<void>((go) => {
          letGo = go;
        });
      });
    });
    world.life.disk.capacityBytes = world.life.disk.state.usedBytes() + 20_000;
    const failing = Promise.all(Array.from({ length: 10 }, () => reasonOf(append(audit, { size: 2500 }))));
    await held;
    // Most of its entries are in the file.
    const read = async (width: number) =>
      (await audit.handlers.ReadLog({ path: `tile/entries/000.p/${width}` }, testCall())).content;
    const first = await read(1);
    letGo();
    expect(await failing).toEqual(Array(10).fill('AUDIT_DISK_FULL'));
    world.life.disk.capacityBytes = Number.POSITIVE_INFINITY;
    await untilTaken(async () => await append(audit, { size: 100 }));
    const { request } = await append(audit, { size: 300 });
    const content = await read(3);
    expect(content.subarray(0, first.length)).toEqual(first);
    expect(content.subarray(-request.record.length)).toEqual(request.record);
  });
});
