import type { Client, Contract } from './kit/contract/contract.ts';
import { MeshError } from './kit/errors/mesh-error.ts';
import type { Closers } from './kit/lifecycle/closers.ts';
import { type LinkPool, openLinkPool } from './kit/link/link-pool.ts';
import type { Log } from './kit/log/log.ts';
import { createClient } from './kit/rpc/client.ts';
import { checkHealth } from './kit/rpc/health.ts';
import type { Instruments } from './kit/rpc/instruments.ts';
import { localTransport, throughCodec, twice } from './kit/rpc/local.ts';
import type { Served } from './kit/rpc/served.ts';
import type { Role } from './mesh-settings.ts';

export interface RoleClientsConfig {
  /** Where roles run elsewhere. */
  readonly addresses: Readonly<Partial<Record<Role, string | undefined>>>;
  readonly maxMessageBytes: number;
  /** Sends local messages through the codec too; for tests. */
  readonly localCodec: boolean;
  /** Delivers idempotent calls over links twice; for tests. */
  readonly deliverTwice: boolean;
}

/** A role as another one sees it. */
export interface RoleAccess {
  client<H, D>(contract: Contract<H, D>): Client<Contract<H, D>>;
  /** Why the role can't do its work now; undefined if it can. */
  unready(): MeshError | undefined;
}

const healthEveryMs = 500;

/** The one place that asks whether a role is in this process: its address is given -> link, hosted -> local, neither -> refused. */
export async function roleAccess(
  role: Role,
  hosted: { readonly services: readonly Served[]; unready(): MeshError | undefined } | undefined,
  config: RoleClientsConfig,
  deps: { readonly instruments: Instruments; readonly log: Log },
  closers: Closers,
): Promise<RoleAccess> {
  const addresses = config.addresses[role];
  if (addresses !== undefined) {
    const pool = await openLinkPool(
      { role, addresses, maxMessageBytes: config.maxMessageBytes },
      deps.log,
      closers,
    );
    const transport = config.deliverTwice ? twice(pool) : pool;
    return {
      client: (contract) => createClient(contract, transport, deps.instruments),
      unready: followHealth(role, pool, closers),
    };
  }
  if (hosted !== undefined) {
    const local = localTransport(hosted.services);
    const transport = config.localCodec ? throughCodec(local) : local;
    return {
      client: (contract) => createClient(contract, transport, deps.instruments),
      unready: hosted.unready,
    };
  }
  const variable = `SCOREMESH_${role.toUpperCase()}_ADDRESS`;
  throw new MeshError(
    'CONFIG_INVALID',
    `the ${role} role is neither hosted here nor is its address given: set ${variable}=host:port, or add ${role} to SCOREMESH_ROLES`,
  );
}

/** Asks the remote role twice a second whether it is ready. */
function followHealth(role: Role, pool: LinkPool, closers: Closers): () => MeshError | undefined {
  let why: string | undefined = 'it has not answered yet';
  let asking = false;
  const timer = setInterval(async () => {
    if (asking) return;
    asking = true;
    why = await checkHealth(pool.control);
    asking = false;
  }, healthEveryMs).unref();
  closers.add(`health of ${role}`, () => clearInterval(timer));
  return () =>
    pool.unreachable() ??
    (why === undefined
      ? undefined
      : new MeshError('ROLE_UNREACHABLE', `the ${role} role is not ready: ${why}`, { retryAfterMs: 500 }));
}
