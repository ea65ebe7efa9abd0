import type { GaugeSample, Metrics } from '../../../kit/telemetry/metrics.ts';
import { lanes } from '../job-names.ts';
import type { Queues } from './queues.ts';
import { laneAndTenant } from './queues.ts';
import type { Scheduler } from './scheduler.ts';

/** Tenants that have a gauge of their own; those with fewer jobs share one. */
const maxTenants = 50;

/** What a worker sees of the queues, as of its last look. */
export function exposeQueues(
  metrics: Metrics,
  queues: Pick<Queues, 'depths' | 'oldestTakenAtMs' | 'followed'>,
  scheduler: Pick<Scheduler, 'running' | 'waiting'>,
): void {
  const gauge = (
    name: string,
    help: string,
    labels: readonly string[],
    read: () => readonly GaugeSample[],
  ): void => metrics.gauge(`scoremesh_jobs_${name}`, help, labels, read);
  const one = (value: number): GaugeSample[] => [{ labels: [], value }];
  gauge(
    'depth',
    'Jobs that wait, are being scored or wait to be tried again, by lane and tenant; tenants beyond the fifty with most are "other".',
    ['lane', 'tenant'],
    () => depthSamples(queues.depths()),
  );
  gauge(
    'oldest_age_seconds',
    'Age of the oldest job of a lane that has no result yet; 0 where none waits.',
    ['lane'],
    () =>
      lanes.map((lane) => {
        const takenAtMs = queues.oldestTakenAtMs(lane);
        return {
          labels: [lane],
          value: takenAtMs === undefined ? 0 : Math.max(0, Date.now() - takenAtMs) / 1000,
        };
      }),
  );
  gauge('running', 'Jobs that this worker is scoring.', [], () => one(scheduler.running()));
  gauge('held', 'Jobs that this worker holds and that wait for their turn.', [], () =>
    one(scheduler.waiting()),
  );
  gauge('queues_followed', 'Queues of a lane and tenant that this worker follows.', [], () =>
    one(queues.followed()),
  );
}

function depthSamples(depths: ReadonlyMap<string, number>): readonly GaugeSample[] {
  const byTenant = new Map<string, number>();
  for (const [key, count] of depths) {
    const [, tenant] = laneAndTenant(key);
    byTenant.set(tenant, (byTenant.get(tenant) ?? 0) + count);
  }
  const named = new Set(
    [...byTenant]
      .sort(([, one], [, other]) => other - one)
      .slice(0, maxTenants)
      .map(([tenant]) => tenant),
  );
  const samples = new Map<string, GaugeSample>();
  for (const [key, count] of depths) {
    const [lane, tenant] = laneAndTenant(key);
    const labels = [lane, named.has(tenant) ? tenant : 'other'];
    const before = samples.get(labels.join('.'));
    samples.set(labels.join('.'), { labels, value: (before?.value ?? 0) + count });
  }
  return [...samples.values()];
}
