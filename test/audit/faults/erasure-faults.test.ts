import { describe, expect, test } from 'vitest';
import { append, reasonOf } from '../fixture.ts';
import type { Operation } from './fault-disk.ts';
import type { Area } from './gate.ts';
import { appendAbout, erase, failing, type Hook, stateOf, World } from './world.ts';

const ann = 'passenger=ann';
const present = 'CONTENT_STATE_PRESENT';
const erased = 'CONTENT_STATE_ERASED';

/** Fails every such operation after the next commit. */
function afterLogged(operation: Operation, area: Area): Hook {
  let isLogged = false;
  return (each, where) => {
    if (each === 'datasync' && where === 'log') isLogged = true;
    return isLogged && each === operation && where === area ? { error: 'EIO' } : undefined;
  };
}

describe('an erasure whose disk fails', () => {
  test.each(['makeFolder', 'list', 'create', 'syncFolder'] as const)(
    'is refused by name where it can not be noted (%s), and has erased nothing',
    async (operation) => {
      for (const [code, reason] of [
        ['EIO', 'AUDIT_LOG_FAILED'],
        ['ENOSPC', 'AUDIT_DISK_FULL'],
      ] as const) {
        const world = await World.begin();
        const audit = await world.open();
        const id = await appendAbout(audit, ann);
        world.hook(failing(operation, 'erasing', { code }));
        expect(await reasonOf(erase(audit, ann))).toBe(reason);
        expect(await stateOf(audit, id)).toBe(present);
        expect(await erase(audit, ann)).toBe('1');
        expect(await stateOf(audit, id)).toBe(erased);
      }
    },
  );

  test('after the log has it goes on being one: nothing new comes under its key, and asking again completes it', async () => {
    for (const isRestarted of [false, true]) {
      const world = await World.begin();
      let audit = await world.open();
      const before = await appendAbout(audit, ann);
      world.hook(afterLogged('datasync', 'subjects'));
      expect(await reasonOf(erase(audit, ann))).toBe('AUDIT_LOG_FAILED');
      expect(await stateOf(audit, before)).toBe(erased);
      world.hook(undefined);
      const after = await appendAbout(audit, ann);
      if (isRestarted) {
        await world.crash('power');
        audit = await world.open();
        expect(await stateOf(audit, before)).toBe(erased);
        expect(await stateOf(audit, after)).toBe(present);
        expect(await erase(audit, ann)).toBe('1');
      } else expect(await erase(audit, ann)).toBe('2');
      expect(await stateOf(audit, before)).toBe(erased);
      expect(await stateOf(audit, after)).toBe(erased);
      expect(await reasonOf(erase(audit, ann))).toBe('SUBJECT_NOT_FOUND');
      await world.crash('power', 'removed');
      audit = await world.open();
      expect(await stateOf(audit, before)).toBe(erased);
      expect(await stateOf(audit, after)).toBe(erased);
    }
  });

  test('shows its records as erased while its key is destroyed, never as lost', async () => {
    const world = await World.begin();
    const audit = await world.open();
    const id = await appendAbout(audit, ann);
    const seen: string[] = [];
    const fails = afterLogged('datasync', 'subjects');
    world.hook((operation, area, path) => {
      if (fails(operation, area, path) === undefined) return undefined;
      return stateOf(audit, id).then((state) => void seen.push(state));
    });
    await erase(audit, ann);
    expect(seen).not.toEqual([]);
    expect(new Set(seen)).toEqual(new Set([erased]));
    expect(world.life.alarms()).toEqual([]);
  });

  test('leaves no large content behind, whenever it ends', async () => {
    for (const area of ['subjects', 'payloads', 'erasing'] as const)
      for (const operation of ['write', 'datasync', 'remove', 'syncFolder'] as const) {
        const world = await World.begin();
        let audit = await world.open();
        const id = await appendAbout(audit, ann, 'n'.repeat(40_000));
        const keep = world.life.disk;
        let isCut = false;
        let isLogged = false;
        const cut = new Promise<void>((resolve) => {
          world.hook((each, where) => {
            if (each === 'datasync' && where === 'log') isLogged = true;
            if (!isLogged || isCut || each !== operation || where !== area) return undefined;
            isCut = true;
            resolve();
            return new Promise<void>(() => {});
          });
        });
        const erasing = erase(audit, ann).catch(() => {});
        await Promise.race([cut, erasing]);
        await world.crash('power');
        expect(keep.isDead).toBe(true);
        audit = await world.open();
        if ((await stateOf(audit, id)) === present) await erase(audit, ann);
        const left = [...world.life.disk.state.names.keys()].filter((name) => name.startsWith('payloads'));
        expect(left, `${operation} ${area}`).toEqual([]);
        expect(await stateOf(audit, id)).toBe(erased);
      }
  });
});

describe('an erasure of more records than one entry can name', () => {
  test('that ends between its entries has erased nothing, and asking again erases all', async () => {
    for (const end of ['kill', 'power', 'refused'] as const) {
      const world = await World.begin();
      let audit = await world.open();
      const ids = await Promise.all(Array.from({ length: 2100 }, () => appendAbout(audit, ann)));
      const size = audit.size();
      const running = audit;
      const second = new Promise<void>((resolve) => {
        world.hook((operation, area) => {
          if (operation !== 'write' || area !== 'log' || running.size() !== size + 1) return undefined;
          resolve();
          return end === 'refused' ? { error: 'ENOSPC' } : new Promise<void>(() => {});
        });
      });
      const erasing = erase(audit, ann).then(
        () => 'erased',
        (error: { reason: string }) => error.reason,
      );
      await second;
      if (end === 'refused') {
        expect(await erasing).toBe('AUDIT_DISK_FULL');
        world.hook(undefined);
        await world.life.log.next('the audit log takes records again');
      } else {
        await world.crash(end);
        audit = await world.open();
      }
      expect(audit.size()).toBe(size + 1);
      const some = [ids[0]!, ids[1999]!, ids[2000]!, ids[2099]!];
      for (const id of some) expect(await stateOf(audit, id)).toBe(present);
      expect(await erase(audit, ann)).toBe('2100');
      await world.crash('power', 'removed');
      audit = await world.open();
      for (const id of some) expect(await stateOf(audit, id)).toBe(erased);
      await world.stop();
    }
  });
});

describe('a subject', () => {
  test('keeps its key when a later commit about it fails before the index has the first', async () => {
    const world = await World.begin();
    const audit = await world.open();
    const first = await appendAbout(audit, ann);
    world.hook(failing('write', 'log', { code: 'ENOSPC' }));
    expect(await reasonOf(appendAbout(audit, ann))).toBe('AUDIT_DISK_FULL');
    await world.life.log.next('the audit log takes records again');
    const second = await appendAbout(audit, ann);
    expect(await erase(audit, ann)).toBe('2');
    expect(await stateOf(audit, first)).toBe(erased);
    expect(await stateOf(audit, second)).toBe(erased);
  });

  test('that is erased while an outcome of its record waits is not given another one', async () => {
    const world = await World.begin();
    const audit = await world.open();
    const id = await appendAbout(audit, ann);
    let letGo = (): void => {};
    const reached = new Promise<void>((resolve) => {
      world.hook((operation, area) => {
        if (operation !== 'datasync' || area !== 'payloads') return undefined;
        resolve();
        return new Promise<void>((go) => {
          letGo = go;
        });
      });
    });
    const outcome = append(audit, { personal: Buffer.alloc(40_000), subjectOf: id }).then(() => 'appended');
    await reached;
    world.hook(undefined);
    await erase(audit, ann);
    letGo();
    expect(await reasonOf(outcome)).toBe('SUBJECT_ERASED');
  });
});
