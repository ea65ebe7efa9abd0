import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Client,
  credentials,
  loadPackageDefinition,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeStatus, statusDetailsKey } from '../../../services/kit/errors/status.ts';
import { type Placed, place } from '../../contract/placements.ts';

const declarations = `
entities:
  origin: { keys: [origin] }
  route_hour: { keys: [origin, hour] }
streams:
  arrivals:
    fields:
      origin: { type: text, required: true }
      hour: { type: int64 }
      delay: { type: float64 }
      gate: { type: text }
      flights: { type: int64 }
      open: { type: bool }
views:
  last_flight:
    stream: arrivals
    entity: origin
    max_age: 1h
    latest: { delay: {}, gate: {}, flights: {}, open: {} }
  at_hour:
    stream: arrivals
    entity: route_hour
    windows:
      mean_delay: { aggregate: mean, field: delay, window: 1d, type: float32 }
      delay: { aggregate: last, field: delay, window: 1d }
sets:
  desk:
    inputs: { minute: float64 }
    keys: { hour: 'int(inputs.minute) / 60' }
    transforms:
      half: { type: float64, expr: 'inputs.minute / 2.0' }
    features:
      - { feature: last_flight.flights, absent: { default: 0 }, stale: serve }
      - last_flight.gate
      - at_hour.mean_delay
      - half
`;

/** As a client of Feast sees values: names as in its protos. */
type Json = Readonly<Record<string, unknown>>;
interface Vector {
  readonly values: readonly Json[];
  readonly statuses: readonly string[];
  readonly event_timestamps: readonly { readonly seconds: string; readonly nanos: number }[];
}
interface Answer {
  readonly metadata: { readonly feature_names: { readonly val: readonly string[] } };
  readonly results: readonly Vector[];
}
type Method<Response> = (
  request: Json,
  options: { deadline: number },
  done: (error: ServiceError | null, response: Response) => void,
) => void;
interface FeastClient extends Client {
  readonly GetOnlineFeatures: Method<Answer>;
  readonly GetFeastServingInfo: Method<{ readonly version: string }>;
}

/** A client made from the .proto alone. */
function feastClient(address: string): FeastClient {
  const definition = loadSync('feast/serving/ServingService.proto', {
    includeDirs: [fileURLToPath(new URL('../../../proto/', import.meta.url))],
    keepCase: true,
    longs: String,
    enums: String,
    arrays: true,
  });
  const { feast } = loadPackageDefinition(definition) as unknown as {
    feast: { serving: { ServingService: ServiceClientConstructor } };
  };
  return new feast.serving.ServingService(address, credentials.createInsecure()) as unknown as FeastClient;
}

describe.each(['local+codec', 'link'] as const)('a client of Feast at a mesh placed %s', (placement) => {
  const folder = mkdtempSync(join(tmpdir(), 'feast-mesh-'));
  const now = Math.floor(Date.now() / 1000) * 1000 - 60_000;
  const hoursAgo = now - 2 * 3600_000;
  const clients = new Map<'gateway' | 'feature', FeastClient>();
  let mesh: Placed;

  beforeAll(async () => {
    const modelsFolder = join(folder, 'models');
    mkdirSync(modelsFolder);
    writeFileSync(join(folder, 'features.yaml'), declarations);
    mesh = await place(placement, { featuresFolder: folder, modelsFolder });
    for (const role of ['gateway', 'feature'] as const) clients.set(role, feastClient(mesh.addresses[role]));
    const event = (eventTime: number, origin: string, more: Readonly<Record<string, object>>): object => ({
      stream: 'arrivals',
      eventId: origin,
      eventTime,
      fields: { origin: { text: origin }, hour: { integer: 7 }, gate: { text: `gate ${origin}` }, ...more },
    });
    const delays = { delay: { number: 12.5 }, flights: { integer: 3 }, open: { flag: true } };
    await mesh.client.features.Ingest({
      events: [
        event(now + 250, 'ORD', delays),
        event(now + 500, 'LAX', {}),
        event(hoursAgo, 'DEN', { ...delays, flights: { integer: 0 } }),
      ],
    });
  });
  afterAll(async () => {
    for (const client of clients.values()) client.close();
    await mesh?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (request: Json, role: 'gateway' | 'feature' = 'gateway'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      clients
        .get(role)!
        .GetOnlineFeatures(request, { deadline: Date.now() + 10_000 }, (error, response) =>
          error === null ? resolve(response) : reject(error),
        );
    });
  const texts = (...values: string[]): Json => ({ val: values.map((string_val) => ({ string_val })) });
  const seconds = (ms: number): string => String(ms / 1000);

  it.each(['gateway', 'feature'] as const)('is told all four statuses by the %s', async (role) => {
    const { metadata, results } = await get(
      {
        features: { val: ['last_flight:delay', 'last_flight:flights', 'last_flight:open'] },
        entities: { origin: texts('ORD', 'LAX', 'JFK', 'DEN') },
      },
      role,
    );
    expect(metadata.feature_names.val).toEqual(['origin', 'delay', 'flights', 'open']);
    expect(results[0]).toMatchObject({
      values: ['ORD', 'LAX', 'JFK', 'DEN'].map((string_val) => ({ string_val })),
      statuses: ['PRESENT', 'PRESENT', 'PRESENT', 'PRESENT'],
    });
    for (const { statuses, event_timestamps } of results.slice(1)) {
      expect(statuses).toEqual(['PRESENT', 'NULL_VALUE', 'NOT_FOUND', 'OUTSIDE_MAX_AGE']);
      expect(event_timestamps).toMatchObject([
        { seconds: seconds(now), nanos: 250_000_000 },
        { seconds: seconds(now), nanos: 500_000_000 },
        {},
        { seconds: seconds(hoursAgo) },
      ]);
    }
    expect(results.slice(1).map(({ values }) => values)).toEqual([
      [{ double_val: 12.5 }, {}, {}, {}],
      [{ int64_val: '3' }, {}, {}, {}],
      [{ bool_val: true }, {}, {}, {}],
    ]);
  });

  it('reads a set with its inputs, its policies and a derived key', async () => {
    const { metadata, results } = await get({
      feature_service: 'desk',
      entities: { origin: texts('ORD', 'JFK', 'DEN') },
      request_context: { minute: { val: [{ double_val: 425 }, { int32_val: 60 }, { int64_val: '0' }] } },
    });
    expect(metadata.feature_names.val).toEqual(['origin', 'flights', 'gate', 'mean_delay', 'half']);
    expect(results.slice(1).map(({ values }) => values)).toEqual([
      [{ int64_val: '3' }, { int64_val: '0' }, { int64_val: '0' }],
      [{ string_val: 'gate ORD' }, {}, {}],
      [{ float_val: 12.5 }, {}, {}],
      [{ double_val: 212.5 }, { double_val: 30 }, { double_val: 0 }],
    ]);
    expect(results.slice(1).map(({ statuses }) => statuses)).toEqual([
      ['PRESENT', 'NOT_FOUND', 'OUTSIDE_MAX_AGE'],
      ['PRESENT', 'NOT_FOUND', 'OUTSIDE_MAX_AGE'],
      ['PRESENT', 'NOT_FOUND', 'NOT_FOUND'],
      ['PRESENT', 'PRESENT', 'PRESENT'],
    ]);
  });

  it('may ask for features of the same name, and with integer keys', async () => {
    const request = {
      features: { val: ['last_flight:delay', 'at_hour:delay'] },
      entities: { origin: texts('ORD', 'ORD'), hour: { val: [{ int64_val: '7' }, { int32_val: 8 }] } },
    };
    await expect(get(request)).rejects.toMatchObject({
      code: 3,
      details: expect.stringMatching(/last_flight:delay, at_hour:delay; set full_feature_names/),
    });
    const { metadata, results } = await get({ ...request, full_feature_names: true });
    expect(metadata.feature_names.val.slice(2)).toEqual(['last_flight__delay', 'at_hour__delay']);
    expect(results[3]).toMatchObject({
      values: [{ double_val: 12.5 }, {}],
      statuses: ['PRESENT', 'NOT_FOUND'],
    });
  });

  it.each([
    [{ feature_service: 'nobody' }, 5, 'FEATURE_SET_NOT_FOUND'],
    [{ features: { val: ['nobody:delay'] } }, 5, 'FEATURE_VIEW_NOT_FOUND'],
    [{ features: { val: ['last_flight:nothing'] } }, 5, 'FEATURE_VIEW_NOT_FOUND'],
    [{}, 3, 'INVALID_REQUEST'],
    [{ features: { val: ['last_flight:delay'] } }, 3, 'ENTITY_MISSING'],
  ])('is refused %j as by the feature service', async (request, code, reason) => {
    const error = await get(request).then(
      () => expect.unreachable('it was answered'),
      (thrown: ServiceError) => thrown,
    );
    expect(error.code).toBe(code);
    const [details] = error.metadata.get(statusDetailsKey);
    expect(decodeStatus(details as Buffer)).toMatchObject({ reason });
  });

  it('is told the version of the software', async () => {
    const info = await new Promise((resolve, reject) => {
      clients
        .get('gateway')!
        .GetFeastServingInfo({}, { deadline: Date.now() + 10_000 }, (error, response) =>
          error === null ? resolve(response) : reject(error),
        );
    });
    expect(info).toEqual({ version: '0.0.0-test' });
  });
});
