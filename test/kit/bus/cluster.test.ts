import { connect, type NatsConnection } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import { markOfRun } from '../../../services/kit/bus/consumer-renewal.ts';
import type { ConsumerSpec } from '../../../services/kit/bus/stream.ts';
import { jobsDefaults } from '../../../services/scoring/jobs/config.ts';
import { payloadsStream, payloadsBucket } from '../../../services/scoring/jobs/payloads.ts';
import { jobStreams } from '../../../services/scoring/jobs/streams.ts';
import { closersOfTest, connectBus, natsIsAbsent, scratchFolder } from './broker.ts';
import { startCluster } from './cluster.ts';

test('spike', async () => {
  const members = await startCluster(await scratchFolder(), closersOfTest());
  const nats = await connect({ servers: members.map(({ url }) => url) });
  onTestFinished(() => nats.close());
  console.log(nats.info);
  const bus = await connectBus(members[0]!.url);
  const specs = [...jobStreams({ ...jobsDefaults, replicas: 3 }), payloadsStream({ ...jobsDefaults, replicas: 3 })];
  for (let times = 0; times < 2; times++) for (const spec of specs) {
    const t = performance.now();
    await bus.ensureStream(spec).catch((e) => console.log(spec.name, e.message, e.metadata));
    console.log(spec.name, performance.now() - t);
  }
  const { streams, consumers } = await nats.jetstreamManager();
  for (const { name } of specs) console.log(name, JSON.stringify((await streams.info(name)).cluster));
  bus.consume({ stream: 'SCOREMESH_JOBS', name: 'q', filterSubject: 'scoremesh.jobs.high.a.m', ackWaitMs: 2000, maxDeliver: -1, maxAckPending: 10 }, async (d) => d.ack(), { concurrency: 4, stopGraceMs: 1000 });
  await expect.poll(() => consumers.info('SCOREMESH_JOBS', 'q').then((i) => JSON.stringify(i), (e) => console.log(e.message))).toBeDefined();
  console.log(JSON.stringify(await consumers.info('SCOREMESH_JOBS', 'q')));
  await bus.publish('scoremesh.jobs.high.a.m', new Uint8Array(1));
  const os = bus.objects(payloadsBucket);
  await os.put('abc', new Uint8Array(300000));
  console.log((await os.read((await os.info('abc'))!))?.length);
}, 60_000);
