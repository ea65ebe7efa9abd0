import { type FeatureContract, featureContract } from '../../../services/contracts.ts';
import { entityColumns } from '../../../services/feature/feast/entity-columns.ts';
import type { GetFeaturesRequest__Output } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { Client, Handlers } from '../../../services/kit/contract/contract.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { openLinkPool } from '../../../services/kit/link/link-pool.ts';
import { createLinkService } from '../../../services/kit/link/link-service.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { createClient } from '../../../services/kit/rpc/client.ts';
import { startGrpcServer } from '../../../services/kit/rpc/grpc-server.ts';
import { createInstruments } from '../../../services/kit/rpc/instruments.ts';
import { serve } from '../../../services/kit/rpc/served.ts';
import { createMetrics } from '../../../services/kit/telemetry/prometheus.ts';
import { createTracer } from '../../../services/kit/telemetry/tracer.ts';
import { readTracingConfig } from '../../../services/kit/telemetry/tracing-config.ts';
import type { Effort } from '../effort.ts';
import { type Finding, median, progress, rangeOf } from '../report.ts';
import { benchCall, ingestAll, startBenchRole } from './bench-role.ts';
import { everyKey, fraudRead, numbers, payments, paymentsYaml } from './payments.ts';

const dayMs = 86_400_000;
const manyInFlight = 64;
const maxMessageBytes = 16 * 1024 * 1024;

/** Reads over a link, both ends in this process: one row against an echo of the same bytes, and 100 rows against one. */
export async function measureLink({ rounds, requests, featureEvents }: Effort): Promise<Finding[]> {
  const role = await startBenchRole(paymentsYaml);
  const closers = createClosers(silentLog);
  try {
    await ingestAll(role, payments(Math.min(featureEvents, 300_000), Date.now(), 10 * dayMs), 'link');
    const random = numbers(4);
    const answer = await role.handlers.GetFeatures(fraudRead(random, 1), benchCall());
    const read = await overLink(role.handlers, closers);
    const echo = await overLink({ ...role.handlers, GetFeatures: async () => answer }, closers);
    const one = (client: Client<FeatureContract>) => usPerCall(client, 1, requests, random, manyInFlight);
    // Every key's state is made once, on both ends' terms: what a service meets all day is the state that is there.
    for (const request of everyKey()) await read.GetFeatures(request, benchCall());
    await one(echo);
    const toEcho: number[] = [];
    const toOne: number[] = [];
    const singles: number[] = [];
    const alones: number[] = [];
    const asRows: number[] = [];
    for (let round = 0; round < rounds; round++) {
      progress(`link: round ${round + 1} of ${rounds}`);
      const bare = await one(echo);
      const single = await one(read);
      singles.push(single);
      toEcho.push(single / bare);
      // A call at a time, as a caller has it.
      const count = Math.ceil(requests / 20);
      const alone = await usPerCall(read, 1, count * 4, random, 1);
      alones.push(alone);
      toOne.push((await usPerCall(read, 100, count, random, 1, columnRead)) / alone);
      asRows.push((await usPerCall(read, 100, count, random, 1)) / alone);
    }
    return [
      {
        name: 'read of one row over a link',
        against: 'link echo of the same bytes',
        values: toEcho,
        budget: { atMost: 2 },
        detail: `${median(singles).toFixed(1)} us of CPU for both ends, ${manyInFlight} in flight`,
      },
      {
        name: '100 rows in one read over a link, in columns',
        against: 'one row',
        values: toOne,
        budget: { atMost: 8 },
        detail: `${median(alones).toFixed(1)} us of CPU for both ends, one at a time; as rows ${rangeOf(asRows)}`,
      },
    ];
  } finally {
    await closers.close();
    await role.close();
  }
}

export async function overLink(
  handlers: Handlers<FeatureContract>,
  closers: ReturnType<typeof createClosers>,
): Promise<Client<FeatureContract>> {
  const metrics = createMetrics({ processMetrics: false }, { log: silentLog }, closers);
  const tracer = createTracer(readTracingConfig({}), { log: silentLog, metrics }, closers);
  const instruments = createInstruments({ tracer, log: silentLog, metrics });
  const services = [serve(featureContract, handlers, instruments)];
  const link = createLinkService(services, instruments, 4096, maxMessageBytes);
  const config = { host: '127.0.0.1', port: 0, defaultTimeoutMs: 30_000, maxMessageBytes, graceMs: 1_000 };
  const { port } = await startGrpcServer(config, services, [link], instruments, closers);
  const pool = await openLinkPool(
    { role: 'feature', addresses: `127.0.0.1:${port}`, maxMessageBytes },
    silentLog,
    closers,
  );
  while (pool.unreachable() !== undefined) await new Promise((resolve) => setImmediate(resolve));
  return createClient(featureContract, pool, instruments);
}

/** The same with the rows in columns. */
function columnRead(random: () => number, rows: number): GetFeaturesRequest__Output {
  const read = fraudRead(random, rows);
  return { ...read, rows: [], columns: entityColumns(read.rows), _columns: 'columns' };
}

/** CPU of both ends for each of many reads, so many of them always under way. */
async function usPerCall(
  client: Client<FeatureContract>,
  rows: number,
  count: number,
  random: () => number,
  inFlight: number,
  readOf = fraudRead,
): Promise<number> {
  const reads = Array.from({ length: count }, () => readOf(random, rows));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const read = reads[next++];
      if (read !== undefined) await client.GetFeatures(read, benchCall());
    }
  };
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / count;
}
