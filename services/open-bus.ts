import { join } from 'node:path';
import { type Bus, createBus } from './kit/bus/bus.ts';
import type { busSettings } from './kit/bus/config.ts';
import { startNatsServer } from './kit/bus/nats-server.ts';
import type { Settings } from './kit/config/settings.ts';
import { startCall } from './kit/contract/call.ts';
import type { Closers } from './kit/lifecycle/closers.ts';
import type { Log } from './kit/log/log.ts';
import type { Metrics } from './kit/telemetry/metrics.ts';

interface BusRoleConfig {
  readonly roles: readonly string[];
  readonly dataFolder: string;
  readonly bus: Settings<typeof busSettings>;
}

const privateNatsWaitMs = 2000;

/** The bus to the configured NATS, or to a private nats-server that stops with this process; to none if there is none. */
export async function openBus(
  config: BusRoleConfig,
  deps: { log: Log; metrics: Metrics },
  closers: Closers,
): Promise<Bus> {
  const name = `scoremesh-${config.roles.join('-')}`;
  if (config.bus.urls !== undefined) return createBus({ ...config.bus, name }, deps, closers);
  const server = await startNatsServer(
    { folder: join(config.dataFolder, 'nats') },
    { log: deps.log },
    closers,
  );
  const bus = await createBus(
    { ...config.bus, ...('url' in server ? { urls: [server.url] } : server), name },
    deps,
    closers,
  );
  // A server that was just started answers at once; the mesh does not depend on it.
  if ('url' in server)
    await bus.connected(startCall({ timeoutMs: privateNatsWaitMs, principal: name })).catch(() => {});
  return bus;
}
