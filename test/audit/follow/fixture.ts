import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { auditConfig } from '../../../services/audit/config.ts';
import { type FollowConfig, followDefaults } from '../../../services/audit/follow/config.ts';
import type { LogClient } from '../../../services/audit/follow/log-source.ts';
import { type AuditReplica, createAuditReplica } from '../../../services/audit/follow/service.ts';
import type { AuditService } from '../../../services/audit/service.ts';
import { type AuditContract, auditContract } from '../../../services/contracts.ts';
import type { Handlers } from '../../../services/kit/contract/contract.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { createLinkService } from '../../../services/kit/link/link-service.ts';
import { createClient } from '../../../services/kit/rpc/client.ts';
import { startGrpcServer } from '../../../services/kit/rpc/grpc-server.ts';
import { openChannel } from '../../../services/kit/rpc/grpc-transport.ts';
import { serve } from '../../../services/kit/rpc/served.ts';
import { createRecorder } from '../../kit/rpc/recorder.ts';
import { KeptLog, KeptMetrics, testCall } from '../fixture.ts';

const maxMessageBytes = 16 * 1024 * 1024;
const { instruments } = createRecorder();

/** Serves audit handlers on a port of this host, as a process with the role does. */
export async function listen(
  handlers: Handlers<AuditContract>,
  port = 0,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const log = new KeptLog();
  const closers = createClosers(log);
  onTestFinished(async () => await closers.close());
  const served = [serve(auditContract, handlers, instruments)];
  const { port: opened } = await startGrpcServer(
    { host: '127.0.0.1', port, maxMessageBytes, graceMs: 100, defaultTimeoutMs: 10_000 } as never,
    served,
    [createLinkService(served, instruments, 4096, maxMessageBytes)],
    instruments,
    closers,
  );
  return { port: opened, close: async () => await closers.close() };
}

/** A client of the audit role that listens there. */
export function dial(port: number): LogClient {
  const channel = openChannel(`127.0.0.1:${port}`, { maxMessageBytes: 2 * maxMessageBytes });
  onTestFinished(() => channel.close());
  return createClient(auditContract, channel, instruments);
}

export interface OpenReplica extends AuditReplica {
  readonly folder: string;
  readonly log: KeptLog;
  readonly metrics: KeptMetrics;
  close(): Promise<void>;
}

/** A replica that is closed when the test ends, if it is not before. */
export async function openFollower(
  settings: Partial<FollowConfig> & { readonly folder: string },
  source: LogClient,
): Promise<OpenReplica> {
  const log = new KeptLog();
  const metrics = new KeptMetrics();
  const closers = createClosers(log);
  onTestFinished(async () => await closers.close());
  try {
    const config = {
      ...auditConfig({ keysFolder: `${settings.folder}/keys`, ...settings }),
      ...followDefaults,
      writer: 'the writer',
      pollMs: 5,
      maxBackoffMs: 50,
      ...settings,
    };
    const replica = await createAuditReplica(config, { source, log, metrics }, closers);
    return { ...replica, folder: settings.folder, log, metrics, close: async () => await closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** Waits until it holds; the test's own time limit ends a wait that is in vain. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}

/** Waits until the replica has all that the writer has. */
export async function caughtUp(
  replica: Pick<AuditReplica, 'size'>,
  writer: Pick<AuditService, 'size'>,
): Promise<void> {
  await until(() => replica.size() === writer.size());
}

export async function readLog(
  service: { readonly handlers: Handlers<AuditContract> },
  path: string,
): Promise<Buffer> {
  return (await service.handlers.ReadLog({ path }, testCall())).content;
}
