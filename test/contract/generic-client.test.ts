import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeStatus, statusDetailsKey } from '../../services/kit/errors/status.ts';
import { type Placed, place } from './placements.ts';

const bytes = (message: Buffer): Buffer => message;

/** A client that knows nothing of the mesh but paths and bytes. */
describe('a generic gRPC client', () => {
  let mesh: Placed;
  let client: Client;

  beforeAll(async () => {
    mesh = await place('local');
    client = new Client(mesh.address, credentials.createInsecure());
  });
  afterAll(async () => {
    client?.close();
    await mesh?.close();
  });

  const call = (path: string, request: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, bytes, bytes, request, new Metadata(), {}, (error, response) => {
        if (error) reject(error);
        else resolve(response as Buffer);
      });
    });

  it('finds every public service healthy', async () => {
    const check = healthService.Check!;
    for (const service of ['', 'scoremesh.scoring.v1.ScoringService', 'scoremesh.audit.v1.AuditService']) {
      const answer = await call(check.path, check.requestSerialize({ service }));
      expect(check.responseDeserialize(answer)).toMatchObject({ status: expect.stringMatching(/SERVING/) });
    }
  });

  it('lists the services by reflection', async () => {
    const stream = client.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      bytes,
      bytes,
      new Metadata(),
      {},
    );
    // ServerReflectionRequest{ list_services = 7: "" }
    stream.write(Buffer.from([0x3a, 0x00]));
    const [answer] = await new Promise<Buffer[]>((resolve, reject) => {
      stream.once('data', (data: Buffer) => resolve([data]));
      stream.once('error', reject);
    });
    stream.end();
    for (const service of [
      'scoremesh.scoring.v1.ScoringService',
      'scoremesh.feature.v1.FeatureService',
      'scoremesh.inference.v1.ModelService',
      'scoremesh.audit.v1.AuditService',
    ]) {
      expect(answer?.toString('latin1')).toContain(service);
    }
  });

  it('is refused with details when its bytes are not a request', async () => {
    const error = (await call('/scoremesh.scoring.v1.ScoringService/Score', Buffer.from([0x0a, 0xff])).catch(
      (thrown: unknown) => thrown,
    )) as ServiceError;
    expect(error.code).toBe(3);
    const [details] = error.metadata.get(statusDetailsKey);
    expect(decodeStatus(details as Buffer)).toMatchObject({
      reason: 'INVALID_REQUEST',
      message: expect.stringContaining('malformed'),
    });
  });

  it('ignores fields that it knows and the mesh does not', async () => {
    // Field 999 of ScoreRequest, a varint.
    const unknown = Buffer.from([0xb8, 0x3e, 0x01]);
    await expect(call('/scoremesh.scoring.v1.ScoringService/Score', unknown)).rejects.toMatchObject({
      code: 3,
      details: expect.stringContaining('model'),
    });
  });

  it('can neither append to the log nor infer without a record', async () => {
    await expect(call('/scoremesh.audit.v1.AuditService/Append', Buffer.alloc(0))).rejects.toMatchObject({
      code: 12,
    });
    await expect(call('/inference.GRPCInferenceService/ModelInfer', Buffer.alloc(0))).rejects.toMatchObject({
      code: 12,
    });
    await expect(call('/scoremesh.link.v1.LinkService/Connect', Buffer.alloc(0))).rejects.toMatchObject({
      code: 12,
    });
  });

  it('is told that a message is too large', async () => {
    await expect(
      call('/scoremesh.scoring.v1.ScoringService/Score', Buffer.alloc(17 * 1024 * 1024)),
    ).rejects.toMatchObject({ code: 8 });
  });
});
