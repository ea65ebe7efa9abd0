import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createBus } from '../../../services/kit/bus/bus.ts';
import type { Delivery } from '../../../services/kit/bus/delivery.ts';
import { headerOf } from '../../../services/kit/bus/headers.ts';
import { startNatsProcess } from '../../../services/kit/bus/nats-process.ts';
import type { ConsumerSpec, StreamSpec } from '../../../services/kit/bus/stream.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { closersOfTest, connectBus, natsIsAbsent, scratchFolder, startBroker } from './broker.ts';
import { collector } from './collector.ts';

const stream: StreamSpec = {
  name: 'jobs',
  subjects: ['jobs.>'],
  retention: 'work',
  storage: 'file',
  whenFull: 'refuse',
  maxMessages: 1000,
  duplicateWindowMs: 60_000,
};
const consumer: ConsumerSpec = {
  stream: 'jobs',
  name: 'worker',
  ackWaitMs: 30_000,
  maxDeliver: 5,
  maxAckPending: 1000,
};
const options = { concurrency: 8, stopGraceMs: 2000 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (delivery: Delivery): string => new TextDecoder().decode(delivery.payload);

async function failureOf(work: Promise<unknown>): Promise<MeshError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(MeshError);
  return error as MeshError;
}

describe.skipIf(natsIsAbsent)('with a nats-server', () => {
  test('what is published is acknowledged, delivered once with its headers, and gone when acknowledged', async () => {
    const { url } = await startBroker();
    const bus = await connectBus(url);
    await bus.ensureStream(stream);
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, state: 'k=v' };
    const stored = await bus.publish('jobs.one', bytes('x'), {
      headers: { 'Content-Type': 'text/plain' },
      trace,
    });
    expect(stored).toEqual({ stream: 'jobs', sequence: 1, duplicate: false });

    const acked = collector<Delivery>();
    bus.consume(
      consumer,
      async (delivery) => {
        await delivery.ack();
        acked.add(delivery);
      },
      options,
    );
    const [delivery] = await acked.reaches(1);
    expect(delivery).toMatchObject({ subject: 'jobs.one', sequence: 1, attempt: 1 });
    expect(textOf(delivery!)).toBe('x');
    expect(headerOf(delivery!.headers, 'content-type')).toBe('text/plain');
    expect(delivery!.headers.traceparent).toBe(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
    expect(delivery!.headers.tracestate).toBe('k=v');

    const observer = await connect({ servers: url });
    const { state } = await (await observer.jetstreamManager()).streams.info('jobs');
    await observer.close();
    expect(state.messages).toBe(0);
  });

  test('a message id that is repeated is acknowledged as a duplicate of the first', async () => {
    const bus = await connectBus((await startBroker()).url);
    await bus.ensureStream(stream);
    const first = await bus.publish('jobs.one', bytes('x'), { msgId: 'same' });
    expect(await bus.publish('jobs.one', bytes('y'), { msgId: 'same' })).toEqual({
      ...first,
      duplicate: true,
    });
  });

  test('handlers never run more at once than the concurrency, and every message is handled once', async () => {
    const bus = await connectBus((await startBroker()).url);
    await bus.ensureStream(stream);
    const count = 200;
    await Promise.all(Array.from({ length: count }, (_, i) => bus.publish('jobs.one', bytes(String(i)))));
    const done = collector<string>();
    let [running, most] = [0, 0];
    bus.consume(
      consumer,
      async (delivery) => {
        running += 1;
        most = Math.max(most, running);
        await delivery.ack();
        running -= 1;
        done.add(textOf(delivery));
      },
      { ...options, concurrency: 5 },
    );
    await done.reaches(count);
    expect(new Set(done.items).size).toBe(count);
    expect(done.items.length).toBe(count);
    expect(most).toBe(5);
  });

  test('a message that is handed back, whose handler fails or forgets it comes again; a discarded one does not', async () => {
    const bus = await connectBus((await startBroker()).url);
    await bus.ensureStream(stream);
    const seen = collector<string>();
    bus.consume(
      consumer,
      async (delivery) => {
        const what = `${textOf(delivery)} ${delivery.attempt}`;
        if (what === 'back 1') delivery.retryAfter(1);
        else if (what === 'fails 1') {
          seen.add(what);
          throw new Error('no');
        } else if (textOf(delivery) === 'poison') delivery.discard();
        else if (what !== 'forgotten 1') await delivery.ack();
        if (what !== 'fails 1') seen.add(what);
      },
      { ...options, concurrency: 1 },
    );
    for (const text of ['poison', 'back', 'fails', 'forgotten']) await bus.publish('jobs.one', bytes(text));
    await seen.reaches(7);
    expect([...seen.items].sort()).toEqual([
      'back 1',
      'back 2',
      'fails 1',
      'fails 2',
      'forgotten 1',
      'forgotten 2',
      'poison 1',
    ]);
  });

  test('a handler that takes longer than the ack wait keeps its message', async () => {
    const bus = await connectBus((await startBroker()).url);
    await bus.ensureStream(stream);
    await bus.publish('jobs.one', bytes('slow'));
    await bus.publish('jobs.two', bytes('clock'));
    const seen = collector<string>();
    // The second message is handed back until it has outlasted three ack waits of the first.
    const clock = collector<number>();
    bus.consume(
      { ...consumer, ackWaitMs: 2000, maxDeliver: 20 },
      async (delivery) => {
        if (textOf(delivery) === 'clock') {
          clock.add(delivery.attempt);
          if (delivery.attempt < 10) delivery.retryAfter(700);
          else await delivery.ack();
          return;
        }
        seen.add(`slow ${delivery.attempt}`);
        await clock.reaches(10);
        await delivery.ack();
      },
      options,
    );
    await clock.reaches(10);
    expect(seen.items).toEqual(['slow 1']);
  }, 60_000);

  test('when nats-server crashes, publishing fails at once and by name, and all goes on when it is back', async () => {
    const broker = await startBroker();
    const bus = await connectBus(broker.url);
    await bus.ensureStream(stream);
    const done = collector<string>();
    bus.consume(
      consumer,
      async (delivery) => {
        await delivery.ack();
        done.add(textOf(delivery));
      },
      options,
    );
    await bus.publish('jobs.one', bytes('before'));
    await done.reaches(1);

    const flood = Array.from({ length: 100 }, (_, i) =>
      bus.publish('jobs.one', bytes(`${i}`), { msgId: `${i}` }),
    );
    broker.kill();
    const outcomes = await Promise.allSettled(flood);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason.reason).toBe('NATS_UNAVAILABLE');

    await bus.connected(startCall({ timeoutMs: 30_000, principal: 'test' }));
    await bus.publish('jobs.one', bytes('after'));
    for (const [i] of outcomes.entries()) await bus.publish('jobs.one', bytes(`${i}`), { msgId: `${i}` });
    await done.reaches(102);
    expect(new Set(done.items).size).toBe(102);
  });

  test('a consumer that somebody deletes is made again', async () => {
    const { url } = await startBroker();
    const bus = await connectBus(url);
    await bus.ensureStream(stream);
    const done = collector<string>();
    bus.consume(
      consumer,
      async (delivery) => {
        await delivery.ack();
        done.add(textOf(delivery));
      },
      options,
    );
    await bus.publish('jobs.one', bytes('before'));
    await done.reaches(1);
    const admin = await connect({ servers: url });
    await (await admin.jetstreamManager()).consumers.delete('jobs', 'worker');
    await admin.close();
    await bus.publish('jobs.one', bytes('after'));
    expect(await done.reaches(2)).toEqual(['before', 'after']);
  });

  test('stopping waits for handlers and hands back what they did not finish', async () => {
    const bus = await connectBus((await startBroker()).url);
    await bus.ensureStream(stream);
    await bus.publish('jobs.one', bytes('quick'));
    await bus.publish('jobs.one', bytes('stuck'));
    const started = collector<string>();
    const acked = collector<string>();
    const first = bus.consume(
      consumer,
      async (delivery) => {
        started.add(textOf(delivery));
        await started.reaches(2);
        if (textOf(delivery) === 'stuck') await new Promise(() => {});
        await delivery.ack();
        acked.add('quick');
      },
      { concurrency: 2, stopGraceMs: 100 },
    );
    await started.reaches(2);
    await first.stop();
    expect(acked.items).toEqual(['quick']);

    const again = collector<Delivery>();
    bus.consume(
      consumer,
      async (delivery) => {
        await delivery.ack();
        again.add(delivery);
      },
      options,
    );
    const [delivery] = await again.reaches(1);
    expect([textOf(delivery!), delivery!.attempt]).toEqual(['stuck', 2]);
  });

  test('a full stream, a subject that no stream takes and a message too large are told apart', async () => {
    const bus = await connectBus((await startBroker()).url);
    await bus.ensureStream({ ...stream, maxMessages: 1 });
    await bus.publish('jobs.one', bytes('x'));
    const full = await failureOf(bus.publish('jobs.one', bytes('y')));
    expect([full.reason, full.details.retryAfterMs, full.details.metadata?.nats_code]).toEqual([
      'QUEUE_FULL',
      1000,
      '10077',
    ]);
    const nowhere = await failureOf(bus.publish('elsewhere', bytes('x')));
    expect([nowhere.reason, nowhere.message]).toEqual([
      'NATS_UNAVAILABLE',
      expect.stringContaining('no stream takes it'),
    ]);
    const large = await failureOf(bus.publish('jobs.one', new Uint8Array(2 ** 21)));
    expect(large.reason).toBe('MESSAGE_TOO_LARGE');
  });

  test('an expired or cancelled call publishes nothing', async () => {
    const bus = await connectBus((await startBroker()).url);
    await bus.ensureStream(stream);
    const late = await failureOf(
      bus.publish('jobs.one', bytes('x'), { call: startCall({ timeoutMs: -1, principal: 'test' }) }),
    );
    expect(late.reason).toBe('DEADLINE_PAST');
    const call = startCall({ timeoutMs: 10_000, principal: 'test' });
    call.cancellation.cancel(new MeshError('CALL_CANCELLED', 'gone'));
    expect((await failureOf(bus.publish('jobs.one', bytes('x'), { call }))).reason).toBe('CALL_CANCELLED');
    expect((await bus.publish('jobs.one', bytes('x'))).sequence).toBe(1);
  });
});

describe.skipIf(natsIsAbsent)('with a nats-server that asks who comes', () => {
  async function guarded(authorization: string): Promise<string> {
    const configFile = join(await scratchFolder(), 'nats.conf');
    await writeFile(configFile, `host: "127.0.0.1"\nport: -1\nauthorization { ${authorization} }\n`);
    const server = await startNatsProcess('nats-server', configFile, silentLog);
    onTestFinished(() => server.stop(1000));
    return `127.0.0.1:${server.port}`;
  }

  test('user and password of the URL are used', async () => {
    const host = await guarded('user: "me", password: "s@cret"');
    expect((await connectBus(`nats://me:s%40cret@${host}`)).state()).toBe('connected');
  });

  test('a token is used, from the URL too', async () => {
    const host = await guarded('token: "t0ken"');
    expect((await connectBus(`nats://t0ken@${host}`)).state()).toBe('connected');
  });

  test('a wrong password is named as the reason, for as long as it is tried', async () => {
    const host = await guarded('user: "me", password: "right"');
    const refused = collector<string>();
    const log = {
      ...silentLog,
      warn: (_: string, fields?: { why?: unknown }) => refused.add(String(fields?.why)),
    };
    const bus = await createBus(
      { urls: [`nats://me:wrong@${host}`], name: 'test' },
      { log },
      closersOfTest(),
    );
    await refused.reaches(1);
    const error = await failureOf(bus.publish('a', bytes('x')));
    expect([error.reason, error.message]).toEqual([
      'NATS_UNAVAILABLE',
      expect.stringMatching(/does not know this user/),
    ]);
  });
});

describe('without a nats-server', () => {
  const call = startCall({ timeoutMs: 5000, principal: 'test' });

  test('no URL: every call says what is missing', async () => {
    const bus = await createBus(
      { name: 'test', missing: 'install one' },
      { log: silentLog },
      closersOfTest(),
    );
    expect(bus.state()).toBe('off');
    for (const work of [bus.publish('a', bytes('x')), bus.ensureStream(stream), bus.connected(call)]) {
      const error = await failureOf(work);
      expect([error.reason, error.message]).toEqual([
        'NATS_UNAVAILABLE',
        'no NATS server is configured: install one',
      ]);
    }
    expect(() => bus.publishCore('a', bytes('x'))).toThrow('install one');
  });

  test('nothing listens there: calls fail by name, without the password, and closing does not wait', async () => {
    const closers = closersOfTest();
    // Port 9 (discard) is not open on any machine that runs tests.
    const config = { urls: ['nats://me:s3cret@127.0.0.1:9'], name: 'test' };
    const bus = await createBus(config, { log: silentLog }, closers);
    const consumption = bus.consume(consumer, async () => {}, options);
    const error = await failureOf(bus.publish('a', bytes('x')));
    expect(error.reason).toBe('NATS_UNAVAILABLE');
    expect(error.message).toContain('127.0.0.1:9');
    expect(error.message).not.toContain('s3cret');
    await consumption.stop();
    await closers.close();
    expect(bus.state()).toBe('closed');
    expect((await failureOf(bus.publish('a', bytes('x')))).reason).toBe('SHUTTING_DOWN');
  });

  test('a credentials file that is not there is named', async () => {
    const config = { urls: ['nats://127.0.0.1:9'], name: 'test', credentialsFile: '/nowhere/user.creds' };
    const error = await failureOf(createBus(config, { log: silentLog }, closersOfTest()));
    expect([error.reason, error.message]).toEqual([
      'CONFIG_INVALID',
      expect.stringContaining('/nowhere/user.creds'),
    ]);
  });
});
