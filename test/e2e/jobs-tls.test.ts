import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, onTestFinished } from 'vitest';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { natsIsAbsent } from '../kit/bus/broker.ts';
import { createAuthority, opensslIsAbsent } from '../kit/bus/certificates.ts';
import { startServerWith, tlsWith } from '../kit/bus/secured-server.ts';
import { expectAllSucceeded } from './jobs-faults/all-succeeded.ts';
import { startFaultMesh } from './jobs-faults/fault-mesh.ts';
import { jobs, overGateway, overNats, submitAll } from './jobs-faults/submission.ts';

const patienceMs = 120_000;
const count = 50;

describe.skipIf(natsIsAbsent || opensslIsAbsent)('a mesh whose nats-server wants TLS both ways', () => {
  it(
    'scores jobs of its gateway and of a plain producer',
    async () => {
      const closers = createClosers(silentLog);
      onTestFinished(() => closers.close(), patienceMs);
      const folder = mkdtempSync(join(tmpdir(), 'scoremesh-jobs-tls-'));
      closers.add('folder', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
      const authority = createAuthority(folder, 'ours');
      const [server, client] = ['server', 'client'].map((name) => authority.issue(name, 'DNS:localhost'));
      const verify = `ca_file: ${JSON.stringify(authority.cert)}\n verify: true`;
      const users = 'authorization { user: "mesh", password: "sesame" }';
      const { port } = await startServerWith(folder, tlsWith(server!, verify), users);
      const mesh = await startFaultMesh(closers, {
        workers: 1,
        nats: {
          env: {
            SCOREMESH_NATS_URL: `tls://mesh:sesame@localhost:${port}`,
            SCOREMESH_NATS_CA: authority.cert,
            SCOREMESH_NATS_CERT: client!.cert,
            SCOREMESH_NATS_KEY: client!.key,
          },
          client: {
            servers: `localhost:${port}`,
            user: 'mesh',
            pass: 'sesame',
            tls: { caFile: authority.cert, certFile: client!.cert, keyFile: client!.key },
          },
        },
      });
      for (const [tenant, submit] of [
        ['gateway', overGateway(mesh.client)],
        ['plain', overNats(mesh.nats)],
      ] as const) {
        const submitted = jobs(tenant, count);
        await submitAll(submitted, submit);
        await expectAllSucceeded(mesh, tenant, submitted);
      }
    },
    patienceMs,
  );
});
