import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bus } from '../../../services/kit/bus/bus.ts';
import { renewAfterRestart } from '../../../services/kit/bus/consumer-renewal.ts';
import { objectStoreStream } from '../../../services/kit/bus/object-store.ts';
import type { ConsumerSpec, StreamSpec } from '../../../services/kit/bus/stream.ts';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { patiently } from '../patiently.ts';
import { connectBus, natsIsAbsent } from './broker.ts';
import { type Member, startCluster } from './cluster.ts';

const patienceMs = 120_000;
const patience = { timeout: 60_000 };
const queue: StreamSpec = {
  name: 'queue',
  subjects: ['queue.>'],
  retention: 'work',
  storage: 'file',
  replicas: 3,
  whenFull: 'refuse',
  maxMessagesPerSubject: 5000,
  refusePerSubject: true,
  duplicateWindowMs: 60_000,
};
const kept: StreamSpec = {
  name: 'kept',
  subjects: ['kept.>'],
  retention: 'limits',
  storage: 'file',
  replicas: 3,
  maxMessagesPerSubject: 1,
};
const consumerOf = (name: string): ConsumerSpec => ({
  stream: 'queue',
  name,
  filterSubject: `queue.${name}`,
  ackWaitMs: 2000,
  maxDeliver: -1,
  maxAckPending: 1000,
});
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = ({ payload }: { readonly payload: Uint8Array }): string => new TextDecoder().decode(payload);

describe.skipIf(natsIsAbsent)('in a cluster of three servers', () => {
  let closers: Closers;
  let members: readonly Member[];
  let nats: NatsConnection;

  beforeAll(async () => {
    closers = createClosers(silentLog);
    const folder = mkdtempSync(join(tmpdir(), 'scoremesh-cluster-'));
    closers.add('folder', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    members = await startCluster(folder, closers);
    const servers = members.map(({ url }) => url);
    nats = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    closers.add('nats client', () => nats.close());
  }, patienceMs);
  afterAll(() => closers.close(), patienceMs);

  const connected = async (place = 0): Promise<Bus> => {
    const bus = await connectBus(members[place]?.url ?? '');
    await patiently(() => bus.ensureStream(queue));
    return bus;
  };

  test(
    'streams, buckets and consumers are set up with their replicas, and a second time nothing changes',
    async () => {
      const bus = await connected();
      const specs = [queue, kept, objectStoreStream('bucket', { replicas: 3 })];
      const { streams, consumers } = await nats.jetstreamManager();
      for (const spec of specs) {
        await patiently(() => bus.ensureStream(spec));
        const { created } = await streams.info(spec.name);
        await bus.ensureStream(spec);
        const { cluster, config, created: since } = await streams.info(spec.name);
        expect([since, config.num_replicas, cluster?.replicas?.length]).toEqual([created, 3, 2]);
      }
      // As a mesh does that gets its cluster later.
      const grown = { ...kept, name: 'grown', subjects: ['grown.>'] };
      await patiently(() => bus.ensureStream({ ...grown, replicas: 1 }));
      await patiently(() => bus.publish('grown.one', bytes('x')));
      await patiently(() => bus.ensureStream(grown));
      await expect
        .poll(
          async () => (await streams.info('grown')).cluster?.replicas?.map(({ current }) => current),
          patience,
        )
        .toEqual([true, true]);
      expect((await streams.info('grown')).state.messages).toBe(1);

      const handled = new Set<string>();
      bus.consume(
        consumerOf('made'),
        async (delivery) => {
          await delivery.ack();
          handled.add(textOf(delivery));
        },
        { concurrency: 4, stopGraceMs: 1000 },
      );
      await patiently(() => bus.publish('queue.made', bytes('one'), { msgId: 'one' }));
      await expect.poll(() => [...handled], patience).toEqual(['one']);
      const made = await consumers.info('queue', 'made');
      expect(made.cluster?.replicas?.length).toBe(2);
      // Nothing is to be renewed: the other servers know the state of a consumer.
      expect(made.config.description).toBeUndefined();
      expect(await renewAfterRestart(nats, consumerOf('made'), silentLog)).toBeUndefined();
      expect((await consumers.info('queue', 'made')).created).toBe(made.created);

      const store = bus.objects('bucket');
      await patiently(() => store.put('large', new Uint8Array(300_000)));
      const info = await store.info('large');
      expect(info && (await store.read(info))?.length).toBe(300_000);
    },
    patienceMs,
  );

  test(
    'a bound of a queue, and the one message of a subject, hold under publishes at once',
    async () => {
      const buses = [await connected(0), await connected(1), await connected(2)];
      const small = { ...queue, name: 'small', subjects: ['small.>'], maxMessagesPerSubject: 10 };
      for (const spec of [small, kept]) await patiently(() => buses[0]!.ensureStream(spec));
      const overAll = <T>(count: number, work: (bus: Bus, place: number) => Promise<T>) =>
        Promise.allSettled(
          Array.from({ length: count }, (_, place) => work(buses[place % buses.length]!, place)),
        );
      await patiently(() => buses[0]!.publish('small.other', bytes('x')));
      const published = await overAll(60, (bus, place) => bus.publish('small.one', bytes(String(place))));
      const [stored, refused] = ['fulfilled', 'rejected'].map((status) =>
        published.filter((one) => one.status === status),
      );
      expect([stored!.length, refused!.length]).toEqual([10, 50]);
      for (const one of refused!) expect(one).toMatchObject({ reason: { reason: 'QUEUE_FULL' } });
      const { streams } = await nats.jetstreamManager();
      expect((await streams.info('small')).state.messages).toBe(11);

      await patiently(() => buses[0]!.publish('kept.other', bytes('x')));
      const first = await overAll(30, (bus) => bus.publishFirst('kept.one', bytes('x')));
      expect(first.filter((one) => one.status === 'fulfilled' && one.value !== undefined)).toHaveLength(1);
      expect(first.filter(({ status }) => status === 'rejected')).toEqual([]);
    },
    patienceMs,
  );

  test(
    'nothing is lost or left when the leader of a queue is killed',
    async () => {
      const bus = await connected();
      const accepted = new Set<string>();
      const handled = new Set<string>();
      bus.consume(
        consumerOf('killed'),
        async (delivery) => {
          handled.add(textOf(delivery));
          await delay(Math.random() * 20);
          delivery.ackUnconfirmed();
        },
        { concurrency: 32, stopGraceMs: 5000, sweepTimes: { firstMs: 1000, everyMs: 1000 } },
      );
      let isOver = false;
      const produce = async (place: number): Promise<void> => {
        for (let count = 0; !isOver; count += 1) {
          const text = `${place}-${count}`;
          await patiently(() => bus.publish('queue.killed', bytes(text), { msgId: text }));
          accepted.add(text);
          await delay(Math.random() * 5);
        }
      };
      const producing = Array.from({ length: 8 }, (_, place) => produce(place));
      const manager = await nats.jetstreamManager({ timeout: 2000 });
      for (let kills = 0; kills < 2; kills += 1) {
        await delay(500);
        const leader = await patiently(async () => {
          const { cluster } = await manager.streams.info('queue');
          const found = members.find(({ name }) => name === cluster?.leader);
          if (found === undefined || !cluster?.replicas?.every(({ current }) => current))
            throw new Error('the cluster is not whole');
          return found;
        });
        await leader.kill();
        await delay(Math.random() * 500);
        await leader.restart();
      }
      isOver = true;
      await Promise.all(producing);
      const left = async (): Promise<number> => {
        const { state } = await manager.streams.info('queue', { subjects_filter: 'queue.killed' });
        return Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
      };
      await expect.poll(() => left().catch(() => -1), patience).toBe(0);
      expect([...accepted].filter((text) => !handled.has(text))).toEqual([]);
    },
    patienceMs,
  );

  test(
    'without a leader everything is refused as unavailable, and goes on when there is one',
    async () => {
      const bus = await connected();
      await patiently(() => bus.publish('queue.waits', bytes('x')));
      const others = [members[1]!, members[2]!];
      await Promise.all(others.map((member) => member.kill()));
      const attempts = [
        () => bus.publish('queue.waits', bytes('x')),
        () => bus.stored.last('queue', 'queue.waits'),
        () => bus.stored.subjects('queue', 'queue.>', 10),
        () => bus.ensureStream({ ...kept, name: 'new', subjects: ['new.>'] }),
      ];
      const reasons = async (): Promise<unknown[]> =>
        Promise.all(
          attempts.map((attempt) =>
            attempt().then(
              () => 'done',
              ({ reason }) => reason,
            ),
          ),
        );
      for (let times = 0; times < 2; times += 1)
        for (const reason of await reasons()) expect(['NATS_UNAVAILABLE', 'done']).toContain(reason);
      await Promise.all(others.map((member) => member.restart()));
      await patiently(() => bus.publish('queue.waits', bytes('y')));
      await patiently(() => bus.ensureStream({ ...kept, name: 'new', subjects: ['new.>'] }));
    },
    patienceMs,
  );
});
