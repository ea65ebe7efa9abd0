import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type JsMsg, type NatsConnection } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Bus } from '../../../services/kit/bus/bus.ts';
import { markOfRun } from '../../../services/kit/bus/consumer-renewal.ts';
import type { Delivery } from '../../../services/kit/bus/delivery.ts';
import { startNatsProcess } from '../../../services/kit/bus/nats-process.ts';
import { type ConsumerSpec, ensureConsumer, type StreamSpec } from '../../../services/kit/bus/stream.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { countingMetrics } from '../../feature/counting-metrics.ts';
import { connectBus, natsIsAbsent, scratchFolder, startBroker } from './broker.ts';
import { collector } from './collector.ts';

const stream: StreamSpec = { name: 'jobs', subjects: ['jobs.>'], retention: 'work', storage: 'file' };
const consumer: ConsumerSpec = {
  stream: 'jobs',
  name: 'worker',
  filterSubject: 'jobs.one',
  ackWaitMs: 200,
  maxDeliver: 1,
  maxAckPending: 100,
};
const options = { concurrency: 8, stopGraceMs: 5000, sweepTimes: { firstMs: 2, everyMs: 20 } };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = ({ payload }: Pick<Delivery, 'payload'>): string => new TextDecoder().decode(payload);

/** A client of its own, to meddle. */
async function meddler(url: string): Promise<NatsConnection> {
  const nats = await connect({ servers: url });
  onTestFinished(() => nats.close());
  return nats;
}

/** Takes the next message and does not acknowledge it. */
async function takeAway(nats: NatsConnection): Promise<JsMsg> {
  const taken = await (await nats.jetstream().consumers.get('jobs', 'worker')).next({ expires: 5000 });
  if (taken === null) throw new Error('no message came');
  return taken;
}

/** A message of `jobs.one` that has used up its deliveries, as the server delivered it. */
async function leaveBehind(nats: NatsConnection, bus: Bus, text: string): Promise<JsMsg> {
  await bus.publish('jobs.one', bytes(text), { headers: { 'X-Kind': text } });
  const taken = await takeAway(nats);
  const { consumers } = await nats.jetstreamManager();
  const worker = await nats.jetstream().consumers.get('jobs', 'worker');
  // The server lets go of it when somebody asks for messages after the wait for its acknowledgement.
  await expect
    .poll(async () => {
      expect(await worker.next({ expires: 1000 })).toBeNull();
      return (await consumers.info('jobs', 'worker')).num_ack_pending;
    })
    .toBe(0);
  return taken;
}

async function messagesLeft(nats: NatsConnection): Promise<number> {
  return (await (await nats.jetstreamManager()).streams.info('jobs')).state.messages;
}

/** Counts the requests to the JetStream API that begin so. */
function requests(nats: NatsConnection, subject: string): { reaches(count: number): Promise<unknown> } {
  const seen = collector<string>();
  nats.subscribe(`$JS.API.${subject}`, { callback: (_, message) => seen.add(message.subject) });
  return seen;
}

describe.skipIf(natsIsAbsent)('with a nats-server', () => {
  test('a message that NATS will not deliver any more is handled, as often as it is handed back, and then gone', async () => {
    const { url } = await startBroker();
    const nats = await meddler(url);
    const metrics = countingMetrics();
    const told = collector<unknown>();
    const log = {
      ...silentLog,
      info: (message: string, fields?: object) => told.add({ message, ...fields }),
    };
    const bus = await connectBus(url, { log, metrics });
    await bus.ensureStream(stream);
    await ensureConsumer(nats, consumer, markOfRun(nats));
    // Of no consumer: nobody may take it.
    await bus.publish('jobs.two', bytes('other'));
    const delivered = await leaveBehind(nats, bus, 'lost');

    const seen = collector<Delivery>();
    bus.consume(
      consumer,
      async (delivery) => {
        seen.add(delivery);
        if (seen.items.length < 3) delivery.retryAfter(1);
        else await delivery.ack();
      },
      { ...options, metricName: 'workers' },
    );
    const [first] = await seen.reaches(3);
    expect(first).toMatchObject({ subject: 'jobs.one', sequence: 2, attempt: 1 });
    expect([textOf(first!), first!.headers['X-Kind']]).toEqual(['lost', 'lost']);
    // As a pulled delivery has it; the client's own number is rounded.
    expect(first!.takenAtNs).toBe((delivered as unknown as { reply: string }).reply.split('.').at(-2));
    await expect.poll(() => messagesLeft(nats)).toBe(1);
    await expect.poll(() => metrics.value('scoremesh_nats_left_behind_total{workers}')).toBe(1);
    await expect
      .poll(() => told.items)
      .toContainEqual({
        message: 'handled messages that NATS had left behind',
        stream: 'jobs',
        consumer: 'worker',
        count: 1,
      });
    const reads = requests(nats, 'STREAM.MSG.GET.jobs');
    await reads.reaches(3);
    expect(seen.items).toHaveLength(3);
  });

  test('many that were left behind are handled a few at a time, and removed without a wait too', async () => {
    const { url } = await startBroker();
    const nats = await meddler(url);
    const bus = await connectBus(url);
    await bus.ensureStream(stream);
    await ensureConsumer(nats, consumer, markOfRun(nats));
    const count = 50;
    await Promise.all(Array.from({ length: count - 1 }, (_, i) => bus.publish('jobs.one', bytes(`${i}`))));
    for (let taken = 1; taken < count; taken++) await takeAway(nats);
    await leaveBehind(nats, bus, 'last');
    const done = collector<string>();
    let [running, most] = [0, 0];
    bus.consume(
      consumer,
      async (delivery) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (delivery.sequence % 2 === 0) delivery.ackUnconfirmed();
        else delivery.discard();
        done.add(textOf(delivery));
      },
      options,
    );
    await done.reaches(count);
    await expect.poll(() => messagesLeft(nats)).toBe(0);
    expect(new Set(done.items).size).toBe(count);
    expect(most).toBeLessThanOrEqual(2);
  });

  test('a message that is pending or still to come is not taken', async () => {
    const { url } = await startBroker();
    const nats = await meddler(url);
    const bus = await connectBus(url);
    await bus.ensureStream(stream);
    const narrow = { ...consumer, ackWaitMs: 30_000, maxAckPending: 1 };
    await ensureConsumer(nats, narrow, markOfRun(nats));
    await bus.publish('jobs.one', bytes('pending'));
    await bus.publish('jobs.one', bytes('waiting'));
    const pending = await takeAway(nats);
    const seen = collector<string>();
    const handle = async (delivery: Delivery): Promise<void> => {
      await delivery.ack();
      seen.add(textOf(delivery));
    };
    const infos = requests(nats, 'CONSUMER.INFO.jobs.worker');
    bus.consume(narrow, handle, options);
    // The first are of the set-up; each of the others begins a sweep.
    await infos.reaches(8);
    expect(seen.items).toEqual([]);
    await pending.ackAck();
    expect(await seen.reaches(1)).toEqual(['waiting']);
    expect(await messagesLeft(nats)).toBe(0);
  });

  test('what a stream keeps though it is acknowledged is not taken again', async () => {
    const { url } = await startBroker();
    const nats = await meddler(url);
    const bus = await connectBus(url);
    await bus.ensureStream({ ...stream, retention: 'limits' });
    const looks = requests(nats, 'STREAM.INFO.jobs');
    const seen = collector<string>();
    await bus.publish('jobs.one', bytes('kept'));
    bus.consume(
      consumer,
      async (delivery) => {
        await delivery.ack();
        seen.add(textOf(delivery));
      },
      options,
    );
    await seen.reaches(1);
    await looks.reaches(1);
    const reads = collector<string>();
    nats.subscribe('$JS.API.STREAM.MSG.GET.jobs', { callback: () => reads.add('read') });
    await nats.flush();
    await bus.publish('jobs.one', bytes('more'));
    await seen.reaches(2);
    expect([seen.items, reads.items]).toEqual([['kept', 'more'], []]);
  });

  test('stopping waits for the handler of a message that was left behind', async () => {
    const { url } = await startBroker();
    const nats = await meddler(url);
    const bus = await connectBus(url);
    await bus.ensureStream(stream);
    await ensureConsumer(nats, consumer, markOfRun(nats));
    await leaveBehind(nats, bus, 'lost');
    const seen = collector<string>();
    const released = collector<string>();
    const consumption = bus.consume(
      consumer,
      async (delivery) => {
        seen.add(textOf(delivery));
        await released.reaches(1);
        delivery.ackUnconfirmed();
      },
      options,
    );
    await seen.reaches(1);
    const stopped = consumption.stop();
    expect(await messagesLeft(nats)).toBe(1);
    released.add('go on');
    await stopped;
    expect(await messagesLeft(nats)).toBe(0);
  });

  test('a user who may not read the stream is told once what is missing, and all else goes on', async () => {
    const folder = await scratchFolder();
    const configFile = join(folder, 'nats.conf');
    await writeFile(
      configFile,
      `host: "127.0.0.1"
       port: -1
       jetstream { store_dir: ${JSON.stringify(folder)} }
       authorization { users = [
         { user: "least", password: "x", permissions: { publish: { deny: "$JS.API.STREAM.MSG.>" } } }
         { user: "all", password: "x" }
       ] }`,
    );
    const server = await startNatsProcess('nats-server', configFile, silentLog);
    onTestFinished(() => server.stop(1000));
    const nats = await connect({ servers: `127.0.0.1:${server.port}`, user: 'all', pass: 'x' });
    onTestFinished(() => nats.close());
    const warned = collector<string>();
    const log = { ...silentLog, warn: (message: string) => warned.add(message) };
    const bus = await connectBus(`nats://least:x@127.0.0.1:${server.port}`, { log });
    await bus.ensureStream(stream);
    await ensureConsumer(nats, consumer, markOfRun(nats));
    await leaveBehind(nats, bus, 'lost');
    const seen = collector<string>();
    bus.consume(
      consumer,
      async (delivery) => {
        await delivery.ack();
        seen.add(textOf(delivery));
      },
      options,
    );
    // One of the client, which repeats what the server says, and one of the sweep.
    await warned.reaches(2);
    for (let i = 0; i < 20; i++) await bus.publish('jobs.one', bytes('fine'));
    await seen.reaches(20);
    expect(new Set(seen.items)).toEqual(new Set(['fine']));
    expect(warned.items).toHaveLength(2);
    expect(warned.items.join()).toContain('$JS.API.STREAM.MSG.DELETE.jobs');
  });
});
