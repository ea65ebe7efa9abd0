import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeatureContract } from '../../../services/contracts.ts';
import { createFeatureService } from '../../../services/feature/feature-service.ts';
import type { Event__Output } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import { type Call, startCall } from '../../../services/kit/contract/call.ts';
import type { Handlers } from '../../../services/kit/contract/contract.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { createMetrics } from '../../../services/kit/telemetry/prometheus.ts';
import { progress } from '../report.ts';

/** A feature role in this process, on a folder of its own. */
export interface BenchRole {
  readonly handlers: Handlers<FeatureContract>;
  close(): Promise<void>;
}

export async function startBenchRole(yaml: string): Promise<BenchRole> {
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-bench-'));
  const closers = createClosers(silentLog);
  closers.add('folder', () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'features.yaml'), yaml);
  const metrics = createMetrics({ processMetrics: false }, { log: silentLog }, closers);
  const config = { folder: join(folder, 'state'), declarationsFolder: folder };
  const { handlers } = await createFeatureService(config, { log: silentLog, metrics }, closers);
  return { handlers, close: () => closers.close() };
}

export function benchCall(): Call {
  return startCall({ timeoutMs: Number.POSITIVE_INFINITY, principal: 'bench' });
}

const eventsPerRequest = 5_000;
/** Requests under way at once: one is made ready while another is synced. */
const requestsAtOnce = 3;

/** Stores all events; gives how many were stored. */
export async function ingestAll(
  { handlers }: BenchRole,
  events: Iterable<Event__Output>,
  what: string,
): Promise<number> {
  const underWay = new Set<Promise<void>>();
  let sent = 0;
  let stored = 0;
  let batch: Event__Output[] = [];
  const send = async (): Promise<void> => {
    const request = handlers.Ingest({ events: batch }, benchCall()).then((answer) => {
      stored += answer.stored;
    });
    sent += batch.length;
    batch = [];
    const done = request.finally(() => underWay.delete(done));
    underWay.add(done);
    progress(`${what}: ${sent} events`);
    if (underWay.size >= requestsAtOnce) await Promise.race(underWay);
  };
  for (const event of events) {
    batch.push(event);
    if (batch.length === eventsPerRequest) await send();
  }
  if (batch.length > 0) await send();
  await Promise.all(underWay);
  return stored;
}
