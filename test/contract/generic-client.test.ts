import { once } from 'node:events';
import { connect } from 'node:http2';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';
import { service as healthService } from 'grpc-health-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeStatus, statusDetailsKey } from '../../services/kit/errors/status.ts';
import { type Placed, place, placementNames, type RoleName } from './placements.ts';
import { until } from './ready.ts';

const bytes = (message: Buffer): Buffer => message;
const scorePath = '/scoremesh.scoring.v1.ScoringService/Score';

const reflectionProto = join(
  dirname(createRequire(import.meta.url).resolve('@grpc/reflection/package.json')),
  'build/proto/grpc/reflection/v1/reflection.proto',
);
const reflection = (loadSync(reflectionProto)['grpc.reflection.v1.ServerReflection'] as ServiceDefinition)
  .ServerReflectionInfo!;

interface ReflectionAnswer {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] };
}

/** A client that knows nothing of the mesh but addresses, paths and bytes. */
describe.each(placementNames)('a generic gRPC client of a mesh placed %s', (placement) => {
  let mesh: Placed;
  const clients = new Map<string, Client>();

  beforeAll(async () => {
    mesh = await place(placement);
  });
  afterAll(async () => {
    for (const client of clients.values()) client.close();
    await mesh?.close();
  });

  const clientOf = (role: RoleName): Client => {
    const address = mesh.addresses[role];
    const client = clients.get(address) ?? new Client(address, credentials.createInsecure());
    clients.set(address, client);
    return client;
  };
  const call = (path: string, request: Buffer, role: RoleName = 'gateway'): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const deadline = Date.now() + 10_000;
      clientOf(role).makeUnaryRequest(
        path,
        bytes,
        bytes,
        request,
        new Metadata(),
        { deadline },
        (error, response) => {
          if (error) reject(error);
          else resolve(response as Buffer);
        },
      );
    });
  const refusalOf = (path: string, request: Buffer): Promise<ServiceError> =>
    call(path, request).then(
      () => expect.unreachable('it was answered'),
      (error: ServiceError) => error,
    );
  const reflect = async (role: RoleName, request: object): Promise<ReflectionAnswer> => {
    const { path, requestSerialize, responseDeserialize } = reflection;
    const stream = clientOf(role).makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      new Metadata(),
      {},
    );
    stream.write(request);
    const [answer] = (await once(stream, 'data')) as [ReflectionAnswer];
    stream.end();
    stream.resume();
    return answer;
  };

  it.each([
    ['gateway', 'scoremesh.scoring.v1.ScoringService'],
    ['gateway', 'scoremesh.feature.v1.FeatureService'],
    ['gateway', 'feast.serving.ServingService'],
    ['gateway', 'scoremesh.inference.v1.ModelService'],
    ['gateway', 'inference.GRPCInferenceService'],
    ['gateway', 'scoremesh.audit.v1.AuditService'],
    ['feature', 'scoremesh.feature.v1.FeatureService'],
    ['feature', 'feast.serving.ServingService'],
    ['inference', 'scoremesh.inference.v1.ModelService'],
    ['inference', 'inference.GRPCInferenceService'],
    ['audit', 'scoremesh.audit.v1.AuditService'],
  ] as const)('finds at the %s %s, healthy and described', async (role, service) => {
    const check = healthService.Check!;
    for (const asked of ['', service])
      await until(async () => {
        const answer = await call(check.path, check.requestSerialize({ service: asked }), role);
        const { status } = check.responseDeserialize(answer) as { status: string };
        return status === 'SERVING' ? undefined : `health of ${asked} is ${status}`;
      });
    const { listServicesResponse } = await reflect(role, { listServices: '' });
    expect(listServicesResponse?.service.map(({ name }) => name)).toContain(service);
    const { fileDescriptorResponse } = await reflect(role, { fileContainingSymbol: service });
    const described = Buffer.concat([...(fileDescriptorResponse?.fileDescriptorProto ?? [])]);
    expect(described.includes(service.split('.').at(-1) ?? '')).toBe(true);
  });

  it('is told by the health service that it does not know a service', async () => {
    const check = healthService.Check!;
    const unknown = call(check.path, check.requestSerialize({ service: 'nobody.v1.Nothing' }));
    await expect(unknown).rejects.toMatchObject({ code: 5 });
  });

  it('is refused with details when its bytes are not a request', async () => {
    const error = await refusalOf(scorePath, Buffer.from([0x0a, 0xff]));
    expect(error.code).toBe(3);
    const [details] = error.metadata.get(statusDetailsKey);
    expect(decodeStatus(details as Buffer)).toMatchObject({
      reason: 'INVALID_REQUEST',
      message: expect.stringContaining(scorePath),
    });
  });

  it('may send fields that the mesh does not know: they are ignored', async () => {
    // Field 999 of ScoreRequest, a varint.
    await expect(call(scorePath, Buffer.from([0xb8, 0x3e, 0x01]))).rejects.toMatchObject({
      code: 3,
      details: expect.stringContaining('model'),
    });
  });

  it('can neither append to the log nor link', async () => {
    for (const path of ['/scoremesh.audit.v1.AuditService/Append', '/scoremesh.link.v1.LinkService/Connect'])
      await expect(call(path, Buffer.alloc(0))).rejects.toMatchObject({ code: 12 });
    // Nor at the role itself.
    const append = call('/scoremesh.audit.v1.AuditService/Append', Buffer.alloc(0), 'audit');
    await expect(append).rejects.toMatchObject({ code: 12 });
  });

  it('is told that a message is too large', async () => {
    const large = call(scorePath, Buffer.alloc(17 * 1024 * 1024));
    await expect(large).rejects.toMatchObject({ code: 8 });
  });

  it.each(['0n', '1u'])('is answered DEADLINE_EXCEEDED when %s is left', async (timeout) => {
    const session = connect(`http://${mesh.address}`);
    const stream = session.request({
      ':method': 'POST',
      ':path': scorePath,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': timeout,
    });
    const status = new Promise((resolve, reject) => {
      for (const event of ['response', 'trailers'])
        stream.on(event, (headers: Record<string, unknown>) => {
          if (headers['grpc-status'] !== undefined) resolve(headers['grpc-status']);
        });
      stream.on('error', reject);
      stream.on('close', () => reject(new Error('the stream closed without a status')));
    });
    stream.resume();
    // An empty ScoreRequest, which would be refused otherwise: a frame of no bytes.
    stream.end(Buffer.alloc(5));
    await expect(status).resolves.toBe('4');
    session.close();
  });
});
