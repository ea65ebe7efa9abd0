import { describe, expect, test } from 'vitest';
import type { NewEvent } from '../../../../services/feature/store/feature-store.ts';
import type { Log } from '../../../../services/kit/log/log.ts';
import { eventsOf, numbersOf } from '../store-rows.ts';
import { openRedis } from './opened-redis-store.ts';
import { redisIsAbsent, startRedisForTest } from './redis-server.ts';

const noon = Date.UTC(2026, 0, 10, 12);

describe.skipIf(redisIsAbsent)('a server that fails', () => {
  test('by a crash in the middle of ingest loses nothing that was acknowledged', {
    timeout: 60_000,
  }, async () => {
    const server = await startRedisForTest();
    const { store, reopen } = await openRedis({ url: server.url });
    const { event } = await eventsOf(store);
    const acknowledged: number[] = [];
    let number = 0;
    for (let crash = 0, round = 0; crash < 4; crash++) {
      const killing = new Promise<void>((resolve) =>
        setTimeout(() => resolve(server.kill()), 150 + 40 * crash),
      );
      for (;;) {
        const numbers = Array.from({ length: ++round % 5 === 0 ? 3000 : 20 }, () => number++);
        const events = numbers.map((one) => event({ number: one, timeMs: noon }));
        try {
          await store.commit(events, []);
          acknowledged.push(...numbers);
        } catch (error) {
          expect(error).toMatchObject({ reason: 'FEATURE_STORE_UNREACHABLE' });
          break;
        }
      }
      await killing;
      await server.start();
      await connected(() => store.shared.since([]));
    }
    const again = await reopen();
    const { indexes } = await eventsOf(again.store);
    await again.store.commit([], []);
    const stored = new Set(await numbersOf(again.store, indexes.who, 'ann'));
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((one) => !stored.has(one))).toEqual([]);
  });

  test('for a moment fails calls at once and by name, and they work again when it is back', async () => {
    const server = await startRedisForTest();
    const { store } = await openRedis({ url: server.url });
    const { event, indexes } = await eventsOf(store);
    await server.kill();
    const refused = { reason: 'FEATURE_STORE_UNREACHABLE', message: expect.stringContaining('127.0.0.1') };
    await expect(store.commit([event({ number: 1, timeMs: noon })], [])).rejects.toMatchObject(refused);
    await expect(store.read(indexes.who, 'ann', noon, noon)).rejects.toMatchObject(refused);
    await expect(store.shared.since([])).rejects.toMatchObject(refused);
    await server.start();
    await connected(() => store.commit([event({ number: 2, timeMs: noon })], []));
    expect(await numbersOf(store, indexes.who, 'ann')).toEqual([2]);
  });

  test('by not answering fails calls within the time-out', async () => {
    const server = await startRedisForTest();
    const { store } = await openRedis({ url: server.url, timeoutMs: 300 });
    const { event, indexes } = await eventsOf(store);
    server.pause();
    const startedAt = performance.now();
    await expect(store.commit([event({ number: 1, timeMs: noon })], [])).rejects.toMatchObject({
      reason: 'FEATURE_STORE_UNREACHABLE',
    });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    server.resume();
    await connected(() => store.commit([event({ number: 1, timeMs: noon })], []));
    expect(await numbersOf(store, indexes.who, 'ann')).toEqual([1]);
  });

  test('by having no memory left refuses events by name, loses none, and goes on when there is room', async () => {
    const server = await startRedisForTest({ maxmemory: '12mb', 'maxmemory-policy': 'noeviction' });
    const { store } = await openRedis({ url: server.url });
    const { event, indexes } = await eventsOf(store);
    const kept: number[] = [];
    let number = 0;
    const batch = (size: number): NewEvent[] =>
      Array.from({ length: size }, () => event({ number: number++, timeMs: noon, pad: 300, who: 'ann' }));
    const fill = async (size: number): Promise<void> => {
      for (;;) {
        const from = number;
        await store.commit(batch(size), []);
        for (let one = from; one < number; one++) kept.push(one);
      }
    };
    const full = { reason: 'FEATURE_STORE_FULL', message: expect.stringContaining('maxmemory') };
    await expect(fill(3000)).rejects.toMatchObject(full);
    await expect(fill(10)).rejects.toMatchObject(full);
    expect(await numbersOf(store, indexes.who, 'ann')).toEqual(kept);
    expect(store.sizeBytes()).toBeGreaterThan(0);
    // Retention makes room also when there is none.
    await store.expire('visits', noon + 86_400_000);
    await connected(() => store.commit([event({ number: 1e6, timeMs: noon + 86_400_000 })], []));
    expect(await numbersOf(store, indexes.who, 'ann', noon + 86_400_000)).toEqual([1e6]);
  });

  test('by coming back without what it acknowledged is not used as if nothing was', async () => {
    const server = await startRedisForTest({ appendonly: 'no' });
    const { store } = await openRedis({ url: server.url, allowVolatile: true });
    const { event } = await eventsOf(store);
    await store.commit([event({ number: 1, timeMs: noon })], []);
    await server.kill();
    await server.start();
    await connected(() => store.quarantine('', '', 1).catch(passOn));
    await expect(store.shared.since([])).rejects.toMatchObject({
      reason: 'STATE_CORRUPT',
      message: expect.stringMatching(/lost events/),
    });
    await expect(store.commit([event({ number: 2, timeMs: noon })], [])).rejects.toMatchObject({
      reason: 'STATE_CORRUPT',
    });
  });
});

describe.skipIf(redisIsAbsent)('a server that would lose events', () => {
  test.each([
    [{ appendonly: 'no' }, /appendonly no.*"appendonly yes"/],
    [{ appendfsync: 'everysec' }, /appendfsync everysec.*"appendfsync always"/],
    [{ 'no-appendfsync-on-rewrite': 'yes' }, /"no-appendfsync-on-rewrite no"/],
    [{ 'maxmemory-policy': 'allkeys-lru' }, /maxmemory-policy allkeys-lru.*"maxmemory-policy noeviction"/],
  ])('because of %o is refused with what to set, unless it is allowed', async (settings, message) => {
    const server = await startRedisForTest(settings as Record<string, string>);
    await expect(openRedis({ url: server.url })).rejects.toMatchObject({
      reason: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
    });
    const { store } = await openRedis({ url: server.url, allowVolatile: true });
    expect(await store.declarations()).toEqual([]);
  });

  test('because it came back with other settings is refused from then on', async () => {
    const server = await startRedisForTest();
    const { store } = await openRedis({ url: server.url });
    await server.kill();
    await server.start({ appendfsync: 'no' });
    await connected(() => store.shared.since([]).catch(passOn));
    await expect(store.shared.since([])).rejects.toMatchObject({ reason: 'CONFIG_INVALID' });
  });

  test('because it is a cluster is refused by name', async () => {
    const server = await startRedisForTest({ 'cluster-enabled': 'yes' });
    await expect(openRedis({ url: server.url, allowVolatile: true })).rejects.toMatchObject({
      reason: 'CONFIG_INVALID',
      message: expect.stringContaining('Cluster'),
    });
  });
});

describe.skipIf(redisIsAbsent)('credentials in the address', () => {
  test('are used, and are in no error or line of the log', async () => {
    const server = await startRedisForTest({ requirepass: 'topsecret' });
    const said: string[] = [];
    const say = (...line: unknown[]): void => {
      said.push(line.map((part) => describeAll(part)).join(' '));
    };
    const log: Log = { debug: say, info: say, warn: say, error: say };
    const url = (password: string) => server.url.replace('//', `//default:${password}@`);
    const { store } = await openRedis({ url: url('topsecret'), log });
    expect(await store.declarations()).toEqual([]);
    await expect(openRedis({ url: url('wrongsecret'), log })).rejects.toMatchObject({
      reason: 'CONFIG_INVALID',
    });
    await server.kill();
    const failure = await openRedis({ url: url('topsecret'), log }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason: 'FEATURE_STORE_UNREACHABLE' });
    const garbled = await openRedis({ url: 'redis://default:sec/ret@127.0.0.1:1', log }).catch(
      (error: unknown) => error,
    );
    expect(garbled).toMatchObject({ reason: 'CONFIG_INVALID' });
    expect(describeAll(garbled)).not.toContain('sec/');
    const failed = await store.declarations().catch((error: unknown) => error);
    said.push(describeAll(failure), describeAll(failed));
    expect(said.filter((line) => line.includes('secret'))).toEqual([]);
  });
});

/** Tries until the store has a connection again. */
async function connected(call: () => Promise<unknown>): Promise<void> {
  await expect
    .poll(
      () =>
        call().then(
          () => 'works',
          (error: Error) => error.message,
        ),
      { timeout: 15_000, interval: 20 },
    )
    .toBe('works');
}

/** Everything but a connection that is not there yet is as good as an answer. */
function passOn(error: { reason?: string }): void {
  if (error.reason === 'FEATURE_STORE_UNREACHABLE') throw error;
}

function describeAll(value: unknown): string {
  if (!(value instanceof Error)) return JSON.stringify(value) ?? '';
  return `${value.message} ${value.stack} ${describeAll(value.cause)} ${JSON.stringify(value)}`;
}
