import { describe, expect, test } from 'vitest';
import { append, appendMany, get, reasonOf } from '../fixture.ts';
import { appendAbout, failing, stateOf, World } from './world.ts';

/** What a power failure leaves is drawn at random. */
const seeds = Array.from({ length: 8 }, (_, n) => n);

describe('after a kill', () => {
  test('a segment whose name no sync has reached is as durable as the records in it', async () => {
    for (const seed of seeds) {
      const world = await World.begin(seed);
      let audit = await world.open();
      await appendMany(audit, 2, 50_000);
      const stopped = new Promise<void>((resolve) => {
        world.hook((operation, area) => {
          if (operation !== 'syncFolder' || area !== 'log') return undefined;
          resolve();
          return new Promise<void>(() => {});
        });
      });
      const unanswered = append(audit, { size: 50_000 }).catch(() => {});
      await stopped;
      await world.crash('kill');
      await unanswered;
      audit = await world.open();
      const { request } = await append(audit);
      await world.crash('power');
      audit = await world.open();
      await get(audit, request.recordId);
      await world.stop();
    }
  });

  test('the public key whose name no sync has reached is as durable as the log that it signs', async () => {
    for (const seed of seeds) {
      const world = await World.begin(seed);
      const stopped = new Promise<void>((resolve) => {
        void world
          .open((operation, _, path) => {
            if (operation !== 'syncFolder' || path !== '.') return undefined;
            resolve();
            return new Promise<void>(() => {});
          })
          .catch(() => {});
      });
      await stopped;
      await world.crash('kill');
      let audit = await world.open();
      const { request } = await append(audit);
      await world.crash('power');
      audit = await world.open();
      await get(audit, request.recordId);
      await world.stop();
    }
  });

  test('of the start after a power failure, the next one still knows of that', async () => {
    let torn = 0;
    for (const seed of seeds) {
      const world = await World.begin(seed);
      let audit = await world.open();
      const { request } = await append(audit);
      const stopped = new Promise<void>((resolve) => {
        world.hook((operation, area) => {
          if (operation !== 'datasync' || area !== 'log') return undefined;
          resolve();
          return new Promise<void>(() => {});
        });
      });
      const many = Promise.allSettled(Array.from({ length: 5 }, () => append(audit, { size: 2000 })));
      await stopped;
      await world.crash('power');
      await many;
      // The next one is killed where it reads the log.
      const killed = new Promise<void>((resolve) => {
        void world
          .open((operation, area) => {
            if (operation !== 'open' || area !== 'log') return undefined;
            resolve();
            return new Promise<void>(() => {});
          })
          .catch(() => {});
      });
      await killed;
      await world.crash('kill');
      audit = await world.open();
      torn += world.life.metrics.counts.get('scoremesh_audit_torn_bytes_total{}') ?? 0;
      await get(audit, request.recordId);
      await world.stop();
    }
    expect(torn).toBeGreaterThan(0);
  });
});

describe('after a failed sync', () => {
  test('what it left in the log is not taken for durable by a start after a stop in good order', async () => {
    for (const seed of seeds) {
      const world = await World.begin(seed);
      let audit = await world.open();
      const first = (await append(audit)).request;
      world.hook((operation, area) =>
        area === 'log' && operation !== 'write' && operation !== 'read' ? { error: 'EIO' } : undefined,
      );
      expect(await reasonOf(append(audit, { size: 20_000 }))).toBe('AUDIT_LOG_FAILED');
      // It can not be opened anew before the stop.
      await world.life.close();
      await world.crash('kill');
      audit = await world.open();
      const size = audit.size();
      const second = (await append(audit)).request;
      await world.crash('power');
      audit = await world.open();
      expect(audit.size()).toBe(size + 1);
      for (const { recordId } of [first, second]) await get(audit, recordId);
      await world.stop();
    }
  });

  test('keys that it left are given to nobody before they are durable', async () => {
    for (const isKilled of [false, true])
      for (const seed of seeds.slice(5)) {
        const world = await World.begin(seed);
        let syncs = 0;
        // Its first key and the first block are durable, and what is made behind those is not.
        let audit = await world.open((operation, area) =>
          operation === 'datasync' && area === 'subjects' && ++syncs > 2 ? { error: 'EIO' } : undefined,
        );
        await appendAbout(audit, 'passenger=first');
        await world.life.log.next('no new keys can be made for data subjects');
        if (isKilled) await world.crash('kill');
        else await world.close();
        audit = await world.open();
        const ids = await Promise.all(
          Array.from({ length: 1100 }, (_, n) => appendAbout(audit, `passenger=${n}`)),
        );
        await world.crash('power');
        audit = await world.open();
        for (const id of ids.slice(-100)) expect(await stateOf(audit, id)).toBe('CONTENT_STATE_PRESENT');
        await world.stop();
      }
  });

  test('the key of records about nobody is not lost', async () => {
    for (const seed of seeds) {
      const world = await World.begin(seed);
      expect(await reasonOf(world.open(failing('datasync', 'subjects')))).toBe('AUDIT_LOG_FAILED');
      let audit = await world.open();
      const id = await appendAbout(audit, '');
      await world.crash('power');
      audit = await world.open();
      expect(await stateOf(audit, id)).toBe('CONTENT_STATE_PRESENT');
      await world.stop();
    }
  });
});
