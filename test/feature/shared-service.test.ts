import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createFeatureService } from '../../services/feature/feature-service.ts';
import type { Event__Output } from '../../services/gen/scoremesh/feature/v1/Event.ts';
import type { GetFeaturesRequest__Output } from '../../services/gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import { startCall } from '../../services/kit/contract/call.ts';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { createMetrics } from '../../services/kit/telemetry/prometheus.ts';
import { redisIsAbsent, startRedisForTest } from './store/redis/redis-server.ts';

const call = startCall({ timeoutMs: 60_000, principal: 'test' });
const nowMs = Date.UTC(2026, 0, 10, 12);
const minuteMs = 60_000;

const yaml = `
entities: { user: { keys: [user] } }
streams:
  payments: { fields: { user: { type: text, required: true }, amount: { type: float64 } } }
views:
  spending:
    stream: payments
    entity: user
    windows: { sum_1h: { aggregate: sum, field: amount, window: 1h, tile: 5m }, count_1d: { aggregate: count, window: 1d, tile: 1h } }
  last_payment: { stream: payments, entity: user, latest: { amount: {} } }
sets:
  spending: { features: [spending.sum_1h, spending.count_1d, last_payment.amount] }
`;

/** Feature processes over one Redis, each with states of its own. */
async function processes(count: number) {
  const redis = await startRedisForTest();
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-shared-'));
  const closers = createClosers(silentLog);
  onTestFinished(async () => {
    await closers.close();
    rmSync(folder, { recursive: true, force: true });
  });
  writeFileSync(join(folder, 'features.yaml'), yaml);
  const start = async () => {
    const metrics = createMetrics({ processMetrics: false }, { log: silentLog }, closers);
    const config = { folder, declarationsFolder: folder, redisUrl: redis.url, selfCheckEvery: 1 };
    const { handlers } = await createFeatureService(
      config,
      { log: silentLog, metrics, now: () => nowMs },
      closers,
    );
    return { ...handlers, metrics };
  };
  return Promise.all(Array.from({ length: count }, start));
}

function payment(eventId: string, user: string, minutesAgo: number, amount: number): Event__Output {
  return {
    stream: 'payments',
    eventId,
    eventTime: nowMs - minutesAgo * minuteMs,
    _eventTime: 'eventTime',
    fields: { user: { kind: 'text', text: user }, amount: { kind: 'number', number: amount } },
  };
}

function read(
  users: readonly string[],
  rest: Partial<GetFeaturesRequest__Output> = {},
): GetFeaturesRequest__Output {
  return {
    featureSet: 'spending',
    features: [],
    rows: users.map((user) => ({ entities: { user }, inputs: {} })),
    ...rest,
  };
}

const without = redisIsAbsent ? it.skip : it;

without('what one process takes in, every other serves at its next read', async () => {
  const [one, two] = await processes(2);
  const users = ['ann', 'bob', 'cid'];
  for (let round = 1; round <= 10; round++) {
    const [writer, reader] = round % 2 === 0 ? [one!, two!] : [two!, one!];
    const events = [payment(`e${round}`, 'ann', round, 1), payment(`f${round}`, 'bob', round, 2)];
    await writer.Ingest({ events }, call);
    const answer = await reader.GetFeatures(read(users), call);
    expect([...answer.statuses]).toEqual([1, 1, 1, 1, 1, 1, 3, 3, 3]);
    const [sums, counts] = answer.blocks;
    expect([sums!.data.readDoubleLE(0), sums!.data.readDoubleLE(8)]).toEqual([round, 2 * round]);
    expect(counts!.data.readBigInt64LE(0)).toBe(BigInt(round));
    expect((await writer.GetFeatures(read(users), call)).blocks).toEqual(answer.blocks);
  }
  const answer = await two!.GetFeatures(read(users), call);
  const { asOf: asOfEventTime, asOfIngest: asOfIngestTime } = answer;
  await one!.Ingest({ events: [payment('late', 'ann', 30, 100)] }, call);
  expect((await two!.GetFeatures(read(users), call)).blocks).not.toEqual(answer.blocks);
  expect(await two!.GetFeatures(read(users, { asOfEventTime, asOfIngestTime }), call)).toEqual(answer);
});

without('many at once, from both sides, count each event once', async () => {
  const [one, two] = await processes(2);
  const users = Array.from({ length: 10 }, (_, i) => `user${i}`);
  const events = users.flatMap((user, i) =>
    Array.from({ length: 30 }, (_, j) => payment(`${user}/${j}`, user, (i + j) % 50, 1)),
  );
  const reads: Promise<unknown>[] = [];
  await Promise.all(
    [one!, two!].flatMap((process) =>
      Array.from({ length: 10 }, async (_, part) => {
        // Both send everything: half of it is there already, whoever was first.
        await process.Ingest({ events: events.slice(part * 30, part * 30 + 30) }, call);
        reads.push(
          process.GetFeatures(read(users), call),
          process.GetFeatures(read(users, { asOfEventTime: nowMs - part }), call),
        );
      }),
    ),
  );
  await Promise.all(reads);
  for (const process of [one!, two!]) {
    const { blocks, statuses } = await process.GetFeatures(read(users), call);
    expect(new Set(statuses)).toEqual(new Set([1]));
    for (const row of users.keys()) expect(blocks[0]!.data.readDoubleLE(row * 8)).toBe(30);
    const metrics = await process.metrics.expose();
    expect(metrics).toMatch(/self_checks_total\{outcome="different"\} 0/);
    expect(metrics).toMatch(/self_checks_total\{outcome="failed"\} 0/);
  }
});

without('what one process declares is soon in force in the others', async () => {
  const [one, two] = await processes(2);
  await one!.Ingest({ events: [payment('e1', 'ann', 1, 5)] }, call);
  await one!.Declare({ yaml: 'sets: { counted: { features: [spending.count_1d] } }', dryRun: false }, call);
  const counted = read(['ann'], { featureSet: 'counted' });
  const untilKnown = async (): Promise<number> => {
    for (;;) {
      const answer = await two!.GetFeatures(counted, call).catch(() => undefined);
      if (answer !== undefined) return answer.statuses[0] ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  expect(await untilKnown()).toBe(1);
});
