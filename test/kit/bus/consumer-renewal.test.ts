import { setTimeout as delay } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import { markOfRun } from '../../../services/kit/bus/consumer-renewal.ts';
import { type ConsumerSpec, ensureConsumer, type StreamSpec } from '../../../services/kit/bus/stream.ts';
import { patiently } from '../patiently.ts';
import { connectBus, natsIsAbsent, startBroker } from './broker.ts';
import { collector } from './collector.ts';

const stream: StreamSpec = { name: 'jobs', subjects: ['jobs.>'], retention: 'work', storage: 'file' };
const consumerOf = (queue: string): ConsumerSpec => ({
  stream: 'jobs',
  name: queue,
  filterSubject: `jobs.${queue}`,
  ackWaitMs: 60_000,
  maxDeliver: -1,
  maxAckPending: 1000,
});
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = ({ payload }: { readonly payload: Uint8Array }): string => new TextDecoder().decode(payload);

async function meddler(url: string): Promise<NatsConnection> {
  const nats = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
  onTestFinished(() => nats.close());
  return nats;
}

describe.skipIf(natsIsAbsent)('after nats-server was killed', () => {
  test('a consumer that waits for a message that is gone is made anew, and other queues keep what they have', async () => {
    const { url, kill } = await startBroker();
    const nats = await meddler(url);
    const bus = await connectBus(url);
    await bus.ensureStream(stream);
    const [one, two] = [consumerOf('one'), consumerOf('two')];
    await ensureConsumer(nats, one, markOfRun(nats));
    await bus.publish('jobs.two', bytes('of another'));
    await bus.publish('jobs.one', bytes('gone'));
    await bus.publish('jobs.one', bytes('taken'));
    await bus.publish('jobs.two', bytes('of another, too'));
    const { consumers, streams } = await nats.jetstreamManager();
    const taken = await nats.jetstream().consumers.get('jobs', 'one');
    await taken.next();
    await taken.next();
    await expect.poll(async () => (await consumers.info('jobs', 'one')).num_ack_pending).toBe(2);
    await streams.deleteMessage('jobs', 2);
    kill();
    await expect.poll(() => nats.rtt().catch(() => undefined)).toBeDefined();

    const seen = collector<string>();
    const handle = async (delivery: { payload: Uint8Array; ack(): Promise<void> }): Promise<void> => {
      await delivery.ack();
      seen.add(textOf(delivery));
    };
    const consuming = { concurrency: 8, stopGraceMs: 1000 };
    bus.consume(one, handle, consuming);
    expect(await seen.reaches(1)).toEqual(['taken']);
    const { num_ack_pending: pending } = await consumers.info('jobs', 'one');
    const { messages } = (await streams.info('jobs')).state;
    expect({ pending, messages }).toEqual({ pending: 0, messages: 2 });
    bus.consume(two, handle, consuming);
    expect(await seen.reaches(3)).toEqual(['taken', 'of another', 'of another, too']);
  });

  test('nothing is lost or left, over several queues and kills at random points', async () => {
    const { url, kill } = await startBroker();
    const nats = await meddler(url);
    const bus = await connectBus(url);
    await bus.ensureStream(stream);
    const handled = new Set<string>();
    const accepted = new Set<string>();
    const queues = ['a', 'b', 'c'];
    for (const queue of queues)
      bus.consume(
        consumerOf(queue),
        async (delivery) => {
          handled.add(textOf(delivery));
          await delay(Math.random() * 20);
          delivery.ackUnconfirmed();
        },
        { concurrency: 32, stopGraceMs: 5000 },
      );
    let isOver = false;
    const produce = async (queue: string, place: number): Promise<void> => {
      for (let count = 0; !isOver; count += 1) {
        const text = `${queue}-${place}-${count}`;
        const isStored = await bus.publish(`jobs.${queue}`, bytes(text)).then(
          () => true,
          () => false,
        );
        if (isStored) accepted.add(text);
        await delay(Math.random() * 5);
      }
    };
    const producing = queues.flatMap((queue) => [0, 1, 2, 3].map((place) => produce(queue, place)));
    for (let kills = 0; kills < 6; kills += 1) {
      await delay(200 + Math.random() * 600);
      // On a loaded machine it may not be back yet.
      await patiently(async () => kill());
    }
    isOver = true;
    await Promise.all(producing);
    const left = async (): Promise<number> =>
      (await (await nats.jetstreamManager()).streams.info('jobs')).state.messages;
    await expect.poll(() => left().catch(() => -1), { timeout: 60_000 }).toBe(0);
    expect([...accepted].filter((text) => !handled.has(text))).toEqual([]);
  }, 90_000);

  test('a consumer of this run of the server stays, whoever comes', async () => {
    const { url } = await startBroker();
    const nats = await meddler(url);
    const bus = await connectBus(url);
    await bus.ensureStream(stream);
    const seen = collector<string>();
    const handle = async (delivery: { payload: Uint8Array; ack(): Promise<void> }): Promise<void> => {
      await delivery.ack();
      seen.add(textOf(delivery));
    };
    const spec = consumerOf('one');
    bus.consume(spec, handle, { concurrency: 8, stopGraceMs: 1000 });
    await bus.publish('jobs.one', bytes('first'));
    await seen.reaches(1);
    const { consumers } = await nats.jetstreamManager();
    const { created } = await consumers.info('jobs', 'one');
    const other = await connectBus(url);
    other.consume(spec, handle, { concurrency: 8, stopGraceMs: 1000 });
    await bus.publish('jobs.one', bytes('second'));
    await seen.reaches(2);
    expect((await consumers.info('jobs', 'one')).created).toBe(created);
  });
});
