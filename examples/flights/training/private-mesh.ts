import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type MeshClient } from '../../../gateway/client/client.ts';
import { readSettings } from '../../../services/kit/config/settings.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { readTracingConfig } from '../../../services/kit/telemetry/tracing-config.ts';
import { startMesh } from '../../../services/mesh.ts';
import { meshParts } from '../../../services/mesh-settings.ts';

/** A mesh with the feature role alone, in this process. */
export interface PrivateMesh extends AsyncDisposable {
  readonly client: Pick<MeshClient, 'features'>;
}

const example = fileURLToPath(new URL('..', import.meta.url));

/** Starts one on free ports with the example's features and no events; what it stores is removed when it is disposed of. */
export async function startPrivateMesh(): Promise<PrivateMesh> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'scoremesh-flights-'));
  const remove = (): Promise<void> => rm(dataFolder, { recursive: true, force: true });
  const { messaging } = readSettings(meshParts, {});
  try {
    const mesh = await startMesh(
      {
        roles: ['feature'],
        addresses: {},
        host: '127.0.0.1',
        grpcPort: 0,
        httpPort: 0,
        metricsPort: 0,
        modelsFolder: join(example, 'models'),
        featuresFolder: join(example, 'features'),
        dataFolder,
        bus: messaging,
        version: '0.0.0',
        defaultTimeoutMs: 60_000,
        maxMessageBytes: 16 * 1024 * 1024,
        maxInFlight: 64,
        graceMs: 1000,
        tracing: readTracingConfig({}),
        serveLinks: false,
      },
      silentLog,
    );
    const client = connect({ address: `127.0.0.1:${mesh.grpcPort}` });
    return {
      client,
      async [Symbol.asyncDispose]() {
        await client.close();
        await mesh.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
