import { connect, nanos } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type ConsumerSpec,
  differences,
  ensureConsumer,
  ensureStream,
  type StreamSpec,
} from '../../../services/kit/bus/stream.ts';
import { natsIsAbsent, startBroker } from './broker.ts';

const stream: StreamSpec = {
  name: 'jobs',
  subjects: ['jobs.>'],
  retention: 'work',
  storage: 'memory',
  whenFull: 'refuse',
  maxMessagesPerSubject: 10,
  refusePerSubject: true,
  maxAgeMs: 60_000,
  duplicateWindowMs: 30_000,
};
const consumer: ConsumerSpec = {
  stream: 'jobs',
  name: 'w',
  ackWaitMs: 5000,
  maxDeliver: 3,
  maxAckPending: 7,
};

async function connected() {
  const nats = await connect({ servers: (await startBroker()).url });
  onTestFinished(() => nats.close());
  return { nats, manager: await nats.jetstreamManager() };
}

describe.skipIf(natsIsAbsent)('setting up', () => {
  test('never lowers a bound of what waits so far that something would be removed', async () => {
    const { nats, manager } = await connected();
    await ensureStream(nats, stream);
    for (let n = 0; n < 8; n++) await nats.jetstream().publish('jobs.a', new Uint8Array(1));
    const lower = { ...stream, maxMessagesPerSubject: 3 };
    const { kept } = await ensureStream(nats, lower);
    expect(kept).toEqual(['max_msgs_per_subject 10, because 8 messages wait']);
    const info = await manager.streams.info('jobs');
    expect([info.state.messages, info.config.max_msgs_per_subject]).toEqual([8, 10]);
    await manager.streams.purge('jobs');
    expect((await ensureStream(nats, lower)).kept).toEqual([]);
    expect((await manager.streams.info('jobs')).config.max_msgs_per_subject).toBe(3);
  });

  test('makes what the spec says, and a second time changes nothing', async () => {
    const { nats, manager } = await connected();
    for (let times = 0; times < 2; times++) {
      await ensureStream(nats, stream);
      await ensureConsumer(nats, consumer);
    }
    const made = await manager.streams.info('jobs');
    expect(made.config).toMatchObject({
      retention: 'workqueue',
      discard: 'new',
      discard_new_per_subject: true,
      max_age: nanos(60_000),
    });
    const worker = await manager.consumers.info('jobs', 'w');
    expect(worker.config).toMatchObject({
      ack_policy: 'explicit',
      ack_wait: nanos(5000),
      max_deliver: 3,
      max_ack_pending: 7,
    });
  });

  test('changes what may be changed', async () => {
    const { nats, manager } = await connected();
    await ensureStream(nats, stream);
    await ensureConsumer(nats, consumer);
    await ensureStream(nats, { ...stream, maxMessages: 5 });
    await ensureConsumer(nats, { ...consumer, ackWaitMs: 9000 });
    expect((await manager.streams.info('jobs')).config.max_msgs).toBe(5);
    expect((await manager.consumers.info('jobs', 'w')).config.ack_wait).toBe(nanos(9000));
  });

  test('refuses by name what the server does not allow', async () => {
    const { nats } = await connected();
    await ensureStream(nats, stream);
    await expect(ensureStream(nats, { ...stream, storage: 'file' })).rejects.toMatchObject({
      reason: 'CONFIG_INVALID',
      message: expect.stringContaining('setting up stream jobs'),
    });
    await expect(ensureStream(nats, { ...stream, name: 'other' })).rejects.toMatchObject({
      reason: 'CONFIG_INVALID',
    });
  });

  test('a server in no cluster keeps no replicas, and it is said what to do', async () => {
    const { nats } = await connected();
    await expect(ensureStream(nats, { ...stream, replicas: 3 })).rejects.toMatchObject({
      reason: 'CONFIG_INVALID',
      message: expect.stringMatching(/in no cluster: ask for one replica/),
    });
  });

  test('a consumer of a stream that is not there can not be set up', async () => {
    const { nats } = await connected();
    await expect(ensureConsumer(nats, consumer)).rejects.toMatchObject({ reason: 'NATS_UNAVAILABLE' });
  });
});

test('a field that the server dropped is a difference, with both values', () => {
  expect(
    differences({ name: 'a', subject_delete_marker_ttl: 5, sealed: false }, { name: 'a', extra: 1 }),
  ).toEqual(['subject_delete_marker_ttl: 5 wanted, but it has undefined']);
});
