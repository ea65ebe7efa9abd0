import { join } from 'node:path';
import { connect } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import { markOfRun } from '../../../services/kit/bus/consumer-renewal.ts';
import type { ConsumerSpec, StreamSpec } from '../../../services/kit/bus/stream.ts';
import { patiently } from '../patiently.ts';
import { connectBus, natsIsAbsent, scratchFolder } from './broker.ts';
import { freePorts } from './cluster.ts';
import { collector } from './collector.ts';
import { startServerWith } from './secured-server.ts';

const stream: StreamSpec = { name: 'jobs', subjects: ['jobs.>'], retention: 'work', storage: 'file' };
const consumer: ConsumerSpec = {
  stream: 'jobs',
  name: 'one',
  filterSubject: 'jobs.one',
  ackWaitMs: 60_000,
  maxDeliver: -1,
  maxAckPending: 1000,
};
const options = { concurrency: 1, stopGraceMs: 1000 };

/** JetStream is on the hub alone; the leaf's clients use it as if it were there. */
async function startHubAndLeaf(): Promise<{ hub: string; leaf: string }> {
  const folder = await scratchFolder();
  const [port = 0] = await freePorts(1);
  const accounts = (jetStream: string): string =>
    `accounts { APP { users: [{ user: app, password: app }]${jetStream} }, SYS {} }\nsystem_account: SYS`;
  const hub = await startServerWith(
    folder,
    accounts(', jetstream: enabled'),
    `jetstream { store_dir: ${JSON.stringify(join(folder, 'hub'))}, domain: hub }`,
    `leafnodes { host: "127.0.0.1", port: ${port} }`,
  );
  const leaf = await startServerWith(
    folder,
    accounts(''),
    'jetstream: disabled',
    'default_js_domain: { APP: hub }',
    `leafnodes { remotes: [{ url: "nats://app:app@127.0.0.1:${port}", account: APP }] }`,
  );
  const [hubUrl, leafUrl] = [hub, leaf].map((server) => `nats://app:app@127.0.0.1:${server.port}`);
  return { hub: hubUrl!, leaf: leafUrl! };
}

describe.skipIf(natsIsAbsent)('over a leaf node', () => {
  test('consumers work, and are not taken from each other by those who are connected to the hub', async () => {
    const urls = await startHubAndLeaf();
    const buses = [await connectBus(urls.hub), await connectBus(urls.leaf)];
    for (const bus of buses) await patiently(() => bus.ensureStream(stream));
    const manager = await clientOf(urls.hub).then((nats) => nats.jetstreamManager());
    const seen = collector<string>();
    const consumeOver = (place: number): { stop(): Promise<void> } =>
      buses[place]!.consume(
        consumer,
        async (delivery) => {
          await delivery.ack();
          seen.add(String(place));
        },
        options,
      );
    let count = 0;
    const publish = async (): Promise<void> => {
      count += 1;
      await buses[count % 2]!.publish('jobs.one', new Uint8Array(1));
      await seen.reaches(count);
    };
    consumeOver(0);
    await publish();
    const { created } = await manager.consumers.info('jobs', 'one');
    // Each consumption that begins looks whether its consumer has to be made anew.
    for (const place of [1, 0, 1, 0]) {
      const consuming = consumeOver(place);
      await publish();
      await publish();
      await consuming.stop();
    }
    expect((await manager.consumers.info('jobs', 'one')).created).toBe(created);
    const overLeaf = consumeOver(1);
    await expect
      .poll(async () => publish().then(() => seen.items.includes('1')), { timeout: 30_000 })
      .toBe(true);
    await overLeaf.stop();
    expect((await manager.consumers.info('jobs', 'one')).created).toBe(created);
  });

  test('the run of the server that has JetStream is not known, but on the hub it is', async () => {
    const urls = await startHubAndLeaf();
    const [hub, leaf] = [await clientOf(urls.hub), await clientOf(urls.leaf)];
    expect([hub.info?.cluster, leaf.info?.cluster]).toEqual([undefined, undefined]);
    expect(markOfRun(hub)).toContain(hub.info?.server_id);
    expect(markOfRun(leaf)).toBeUndefined();
  });
});

async function clientOf(url: string) {
  const { host, username, password } = new URL(url);
  const nats = await connect({ servers: host, user: username, pass: password });
  onTestFinished(() => nats.close());
  return nats;
}
