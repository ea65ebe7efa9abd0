import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../services/kit/bus/delivery.ts';
import type { ConsumerSpec, StreamSpec } from '../../../services/kit/bus/stream.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { connectBus, natsIsAbsent, startBroker } from './broker.ts';
import { collector } from './collector.ts';

const stream: StreamSpec = { name: 'jobs', subjects: ['jobs.>'], retention: 'work', storage: 'file' };
const consumer: ConsumerSpec = {
  ...{ stream: 'jobs', name: 'worker' },
  ...{ ackWaitMs: 30_000, maxDeliver: 5, maxAckPending: 1000 },
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.skipIf(natsIsAbsent)('with a nats-server', () => {
  test('what is published first is stored once, and told from what was there', async () => {
    const { url } = await startBroker();
    const bus = await connectBus(url);
    await bus.ensureStream({ ...stream, retention: 'limits' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => bus.publishFirst('jobs.one', bytes(String(index)))),
    );
    expect(answers.filter((stored) => stored !== undefined)).toEqual([
      { stream: 'jobs', sequence: 1, duplicate: false },
    ]);
    expect(await bus.publishFirst('jobs.two', bytes('x'))).toMatchObject({ sequence: 2 });
    expect(await bus.stored.subjects('jobs', 'jobs.>', 10)).toEqual(
      new Map([
        ['jobs.one', 1],
        ['jobs.two', 1],
      ]),
    );
    expect(await bus.stored.subjects('jobs', 'jobs.three', 10)).toEqual(new Map());
  });

  test('of a call that is cancelled before the turn ends nothing is published, and it hears why', async () => {
    const { url } = await startBroker();
    const bus = await connectBus(url);
    await bus.ensureStream(stream);
    const call = startCall({ timeoutMs: 10_000, principal: 'test' });
    const publishing = bus.publish('jobs.one', bytes('x'), { call });
    call.cancellation.cancel(new MeshError('CALL_CANCELLED', 'gone'));
    await expect(publishing).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
    expect(await bus.publish('jobs.one', bytes('y'))).toMatchObject({ sequence: 1 });
  });

  test('a consumption asks for no more than its window, which may grow', async () => {
    const { url } = await startBroker();
    const bus = await connectBus(url);
    await bus.ensureStream(stream);
    for (let index = 0; index < 6; index += 1) await bus.publish('jobs.one', bytes(String(index)));
    let window = 2;
    const came = collector<Delivery>();
    bus.consume(
      { ...consumer, inactiveMs: 60_000 },
      async (delivery) => {
        came.add(delivery);
        await new Promise<void>((resolve) => (finish = resolve));
        delivery.ackUnconfirmed();
      },
      { concurrency: 8, stopGraceMs: 100, window: () => window },
    );
    let finish = (): void => {};
    await came.reaches(2);
    expect((await bus.stored.next('jobs', 'jobs.one', 1))?.sequence).toBe(1);
    expect(came.items).toHaveLength(2);
    window = 5;
    finish();
    await came.reaches(6);
  });

  test('a consumption that finishes hands nothing back, and takes nothing that comes later', async () => {
    const { url } = await startBroker();
    const bus = await connectBus(url);
    await bus.ensureStream(stream);
    const came = collector<Delivery>();
    const take = async (delivery: Delivery): Promise<void> => {
      came.add(delivery);
      delivery.ackUnconfirmed();
    };
    const options = { concurrency: 4, stopGraceMs: 5000 };
    const first = bus.consume(consumer, take, options);
    await bus.publish('jobs.one', bytes('1'));
    await came.reaches(1);
    const finished = first.finish();
    // Into a request that is still open.
    await bus.publish('jobs.one', bytes('2'));
    await came.reaches(2);
    await finished;
    await bus.publish('jobs.one', bytes('3'));
    expect((await bus.stored.next('jobs', 'jobs.one', 3))?.sequence).toBe(3);
    bus.consume(consumer, take, options);
    await came.reaches(3);
    expect(came.items.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  }, 30_000);

  test('who waits for connections hears of each', async () => {
    const broker = await startBroker();
    const bus = await connectBus(broker.url);
    const heard = collector<string>();
    const forget = bus.onConnected(() => heard.add(bus.state()));
    broker.kill();
    await heard.reaches(2);
    expect(heard.items).toEqual(['connected', 'connected']);
    forget();
  });
});
