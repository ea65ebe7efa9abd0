import { type HttpConfig, startHttpServer } from '../../../gateway/http/http-server.ts';
import type {
  AuditContract,
  InferenceContract,
  ModelContract,
  ScoringContract,
} from '../../../services/contracts.ts';
import type { Client } from '../../../services/kit/contract/contract.ts';
import type { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { scoreResponse } from '../../kit/rpc/echo.ts';
import { createRecorder } from '../../kit/rpc/recorder.ts';

export interface HttpFakes {
  readonly scoring?: Partial<Client<ScoringContract>>;
  readonly inference?: Partial<Client<InferenceContract>>;
  readonly audit?: Partial<Client<AuditContract>>;
  readonly unready?: MeshError;
}

export interface HttpUnderTest {
  readonly port: number;
  readonly base: string;
  /** Sends a text as it is, bytes as they are, anything else as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** A real HTTP server in front of services that answer as the test says. */
export async function startHttp(
  closers: Closers,
  fakes: HttpFakes = {},
  config: Partial<HttpConfig> = {},
): Promise<HttpUnderTest> {
  const { instruments } = createRecorder();
  const settings = {
    host: '127.0.0.1',
    port: 0,
    defaultTimeoutMs: 30_000,
    maxMessageBytes: 100_000,
    graceMs: 5_000,
    ...config,
  };
  const deps = {
    predictions: {
      scoring: {
        Score: async () => scoreResponse('p'),
        RecordOutcomes: async () => ({ joined: 1, unknown: 0 }),
        ...fakes.scoring,
      } as Client<ScoringContract>,
      models: { ListModels: async () => ({ models: [] }) } as unknown as Client<ModelContract>,
      inference: { ...fakes.inference } as Client<InferenceContract>,
    },
    audit: { ...fakes.audit } as Client<AuditContract>,
    tracer: instruments.tracer,
    unready: () => fakes.unready,
  };
  const { port } = await startHttpServer(settings, deps, closers);
  const base = `http://127.0.0.1:${port}`;
  return {
    port,
    base,
    post: (path, body, headers = {}) =>
      fetch(base + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body:
          typeof body === 'string' || body instanceof Uint8Array
            ? (body as Uint8Array<ArrayBuffer>)
            : JSON.stringify(body),
      }),
  };
}

/** For a server that a whole file of tests shares; to be closed after all of them. */
export function ownClosers(): Closers {
  return createClosers(silentLog);
}
