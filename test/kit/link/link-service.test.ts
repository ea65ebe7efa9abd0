import { type Client, type ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import type { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { decodeStatus } from '../../../services/kit/errors/status.ts';
import {
  decodeResponseFrame,
  encodeRequestFrame,
  type LinkCall,
  type ResponseFrame,
} from '../../../services/kit/link/frames.ts';
import { linkPath } from '../../../services/kit/link/link-service.ts';
import { openChannel } from '../../../services/kit/rpc/grpc-transport.ts';
import { scoreResponse } from '../rpc/echo.ts';
import { createGate, startProcess, testClosers, until } from '../rpc/processes.ts';

const closers = testClosers();
const same = (bytes: Buffer): Buffer => bytes;

/** A caller that speaks the frames of a link itself. */
async function rawLink(address: string) {
  const channel = openChannel(address, { maxMessageBytes: 4 * 1024 * 1024 });
  closers.add('channel', () => channel.close());
  const client: Client = channel.client;
  const stream: ClientDuplexStream<Buffer, Buffer> = client.makeBidiStreamRequest(
    linkPath,
    same,
    same,
    new Metadata(),
    {},
  );
  closers.add('stream', () => stream.cancel());
  const frames: ResponseFrame[] = [];
  const ended = createGate();
  stream.on('data', (frame: Buffer) => frames.push(decodeResponseFrame(frame)));
  stream.on('error', () => ended.open());
  stream.on('end', () => ended.open());
  await until(() => frames.length > 0);
  const methods = frames[0]!.hello!.methods;
  const replies = () => frames.flatMap((frame) => frame.replies);
  return { stream, frames, methods, replies, ended: ended.opened };
}

const call = (rest: Partial<LinkCall>): LinkCall => ({
  id: 1,
  method: 0,
  timeoutUs: 10_000_000,
  request: Buffer.alloc(0),
  traceparent: '',
  tracestate: '',
  principal: '',
  ...rest,
});

describe('the serving side of a link', () => {
  it('greets with its version, its bound and the unary methods it serves', async () => {
    const process = await startProcess(closers, {}, { maxInFlight: 7 });
    const { frames } = await rawLink(process.address);
    const { hello } = frames[0]!;
    expect(hello).toMatchObject({ version: 1, maxInFlight: 7 });
    expect(hello!.methods).toContain('/scoremesh.audit.v1.AuditService/Append');
    expect(hello!.methods).not.toContain('/scoremesh.scoring.v1.ScoringService/ScoreStream');
  });

  it('refuses a method number that it did not offer', async () => {
    const { stream, replies } = await rawLink((await startProcess(closers)).address);
    stream.write(encodeRequestFrame({ calls: [call({ id: 5, method: 999 })], cancelled: [], expired: [] }));
    await until(() => replies().length === 1);
    expect(replies()[0]!.id).toBe(5);
    expect(decodeStatus(replies()[0]!.error!)).toMatchObject({ reason: 'METHOD_NOT_FOUND' });
  });

  it('refuses a request that can’t be decoded, and goes on', async () => {
    const process = await startProcess(closers);
    const { stream, replies, methods } = await rawLink(process.address);
    const method = methods.findIndex((path) => path.endsWith('/Score'));
    stream.write(
      encodeRequestFrame({
        calls: [call({ id: 1, method, request: Buffer.from([0x0a, 0xff]) }), call({ id: 2, method })],
        cancelled: [],
        expired: [],
      }),
    );
    await until(() => replies().length === 2);
    const errors = new Map(replies().map(({ id, error }) => [id, error && decodeStatus(error)]));
    expect(errors.get(1)).toMatchObject({ reason: 'INVALID_REQUEST' });
    expect(errors.get(2)).toBeUndefined();
  });

  it('refuses calls beyond its bound with QUEUE_FULL', async () => {
    const gate = createGate();
    const process = await startProcess(
      closers,
      {
        scoring: {
          Score: async () => {
            await gate.opened;
            return scoreResponse('x');
          },
        },
      },
      { maxInFlight: 2 },
    );
    const { stream, replies, methods } = await rawLink(process.address);
    const method = methods.findIndex((path) => path.endsWith('/Score'));
    stream.write(
      encodeRequestFrame({ calls: [1, 2, 3].map((id) => call({ id, method })), cancelled: [], expired: [] }),
    );
    await until(() => replies().length === 1);
    expect(replies()[0]!.id).toBe(3);
    expect(decodeStatus(replies()[0]!.error!)).toMatchObject({
      reason: 'QUEUE_FULL',
      details: { retryAfterMs: 10 },
    });
    gate.open();
    await until(() => replies().length === 3);
  });

  it('closes a link whose bytes are no frame, and cancels what it had started', async () => {
    const started = createGate();
    const cancelled = createGate<MeshError>();
    const process = await startProcess(closers, {
      scoring: {
        Score: (_request, handled) =>
          new Promise(() => {
            handled.cancellation.onCancel(cancelled.open);
            started.open();
          }),
      },
    });
    const { stream, methods, ended } = await rawLink(process.address);
    const method = methods.findIndex((path) => path.endsWith('/Score'));
    stream.write(encodeRequestFrame({ calls: [call({ method })], cancelled: [], expired: [] }));
    await started.opened;
    stream.write(Buffer.from([0x0a, 0xff, 0xff]));
    stream.write(encodeRequestFrame({ calls: [call({ id: 2, method })], cancelled: [], expired: [] }));
    expect(await cancelled.opened).toMatchObject({ reason: 'CALL_CANCELLED' });
    await ended;
    expect(process.lines.some(({ message }) => message.includes('not a frame'))).toBe(true);
  });

  it('passes over the cancelling of a call that it does not have', async () => {
    const process = await startProcess(closers);
    const { stream, replies, methods } = await rawLink(process.address);
    const method = methods.findIndex((path) => path.endsWith('/Score'));
    stream.write(encodeRequestFrame({ calls: [call({ id: 8, method })], cancelled: [99], expired: [] }));
    await until(() => replies().length === 1);
    expect(replies()[0]).toMatchObject({ id: 8, error: undefined });
  });

  it('says once that it stops, answers what still comes, and ends when the caller does', async () => {
    const process = await startProcess(closers);
    const { stream, replies, methods, frames, ended } = await rawLink(process.address);
    const stopping = process.stop();
    await until(() => frames.some(({ draining }) => draining));
    const method = methods.findIndex((path) => path.endsWith('/Score'));
    stream.write(encodeRequestFrame({ calls: [call({ id: 3, method })], cancelled: [], expired: [] }));
    await until(() => replies().length === 1);
    expect(replies()[0]).toMatchObject({ id: 3, error: undefined });
    stream.end();
    await ended;
    await stopping;
  });
});
