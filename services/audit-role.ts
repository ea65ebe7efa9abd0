import { join } from 'node:path';
import { type AuditConfig, auditConfig } from './audit/config.ts';
import { followDefaults } from './audit/follow/config.ts';
import { createAuditReplica } from './audit/follow/service.ts';
import { createAuditService } from './audit/service.ts';
import { type AuditContract, auditContract } from './contracts.ts';
import type { Handlers } from './kit/contract/contract.ts';
import { MeshError } from './kit/errors/mesh-error.ts';
import type { Closers } from './kit/lifecycle/closers.ts';
import type { Log } from './kit/log/log.ts';
import { createClient } from './kit/rpc/client.ts';
import { openChannel } from './kit/rpc/grpc-transport.ts';
import type { Instruments } from './kit/rpc/instruments.ts';
import type { Metrics } from './kit/telemetry/metrics.ts';

export interface AuditRoleConfig {
  readonly dataFolder: string;
  readonly maxMessageBytes: number;
  /** Where the audit log is kept; in the data folder unless given. */
  readonly auditFolder?: string;
  /** How the audit log is signed and sealed; what is left out has a default. */
  readonly audit?: Partial<
    Pick<
      AuditConfig,
      | 'keysFolder'
      | 'logKeyFile'
      | 'origin'
      | 'masterKey'
      | 'masterKeyFile'
      | 'witnesses'
      | 'witnessQuorum'
      | 'retentionMs'
      | 'retentionMinimumMs'
    >
  >;
  /** Makes the audit role a read replica. */
  readonly follow?:
    | {
        /** Where the log that is followed is served, host:port: an audit role or a gateway. */
        readonly writer: string;
        readonly vkey: string | undefined;
        readonly maxAgeMs: number | undefined;
      }
    | undefined;
}

/** The audit role of this process: the writer of a log, or a replica of another one's. */
export async function openAuditRole(
  config: AuditRoleConfig,
  deps: { readonly log: Log; readonly metrics: Metrics; readonly instruments: Instruments },
  closers: Closers,
): Promise<{ readonly handlers: Handlers<AuditContract>; unready(): MeshError | undefined }> {
  const settings = auditConfig({
    keysFolder: join(config.dataFolder, 'keys'),
    ...config.audit,
    folder: config.auditFolder ?? join(config.dataFolder, 'audit'),
  });
  const { follow } = config;
  if (follow === undefined) {
    const { handlers, writable } = await createAuditService(settings, deps, closers);
    return { handlers, unready: writable };
  }
  // An ordinary connection, which a gateway takes too: a link would make who follows a role of the mesh.
  const channel = openChannel(follow.writer, {
    maxMessageBytes: Math.max(config.maxMessageBytes, leastMessageBytes),
  });
  closers.add('connection to the writer of the audit log', () => channel.close());
  return await createAuditReplica(
    { ...settings, ...followDefaults, ...follow },
    { ...deps, source: createClient(auditContract, channel, deps.instruments) },
    closers,
  );
}

/** A bundle of 256 of the largest entries. */
const leastMessageBytes = 17 * 1024 * 1024;

/** Throws CONFIG_INVALID if a replica is asked for where there is no audit role to be one, or where records could not be written. */
export function checkFollowing(
  {
    addresses,
    roles,
  }: { readonly addresses: { readonly audit?: string | undefined }; readonly roles: readonly string[] },
  scores: boolean,
): void {
  if (!roles.includes('audit'))
    throw new MeshError(
      'CONFIG_INVALID',
      'SCOREMESH_AUDIT_FOLLOW makes the audit role of this process a read replica, and SCOREMESH_ROLES has no audit: add it, or set SCOREMESH_AUDIT_READ_ADDRESS to where the replica runs',
    );
  if (scores && addresses.audit === undefined)
    throw new MeshError(
      'CONFIG_INVALID',
      'SCOREMESH_AUDIT_FOLLOW makes the audit role of this process a read replica, which takes no records of what its gateway answers: set SCOREMESH_AUDIT_ADDRESS to the writer, or give the replica a process of its own',
    );
}
