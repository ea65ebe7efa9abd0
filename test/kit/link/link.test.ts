import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { scoringContract } from '../../../services/contracts.ts';
import { serviceDefinition } from '../../../services/kit/contract/protos.ts';
import {
  decodeRequestFrame,
  encodeResponseFrame,
  type LinkCall,
  type RequestFrame,
} from '../../../services/kit/link/frames.ts';
import { openLinkPool } from '../../../services/kit/link/link-pool.ts';
import { createClient } from '../../../services/kit/rpc/client.ts';
import { scoreRequest } from '../rpc/echo.ts';
import { errorOf, newCall, testClosers, until } from '../rpc/processes.ts';
import { createRecorder } from '../rpc/recorder.ts';

const closers = testClosers();
const score = '/scoremesh.scoring.v1.ScoringService/Score';
type Stream = ServerDuplexStream<Buffer, Buffer>;

/** A serving side that does what the test says with the frames it gets. */
async function rawServer(
  hello: { version?: number; maxInFlight?: number },
  onFrame: (frame: RequestFrame, stream: Stream) => void,
) {
  const server = new Server();
  const same = (bytes: Buffer): Buffer => bytes;
  const [name, method] = Object.entries(serviceDefinition('scoremesh.link.v1.LinkService'))[0]!;
  const streams: Stream[] = [];
  let open = 0;
  server.addService({ [name]: { ...method, requestDeserialize: same, responseSerialize: same } } as never, {
    [name]: (stream: Stream) => {
      streams.push(stream);
      open += 1;
      stream.on('close', () => {
        open -= 1;
      });
      stream.on('error', () => {});
      stream.on('end', () => stream.end());
      stream.on('data', (bytes: Buffer) => onFrame(decodeRequestFrame(bytes), stream));
      stream.write(
        encodeResponseFrame({
          replies: [],
          hello: { version: 1, maxInFlight: 16, methods: [score], ...hello },
          draining: false,
        }),
      );
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  closers.add('raw server', () => server.forceShutdown());
  return { address: `127.0.0.1:${port}`, streams, open: () => open };
}

async function connect(address: string) {
  const recorder = createRecorder();
  const pool = await openLinkPool(
    { role: 'scoring', addresses: address, maxMessageBytes: 1_000_000 },
    recorder.log,
    closers,
  );
  return { pool, ...recorder, client: createClient(scoringContract, pool, recorder.instruments) };
}

const reply = (stream: Stream, call: LinkCall, rest: { response?: Buffer; error?: Buffer }) =>
  stream.write(
    encodeResponseFrame({
      replies: [{ id: call.id, response: rest.response ?? Buffer.alloc(0), error: rest.error }],
      hello: undefined,
      draining: false,
    }),
  );

describe('the calling side of a link', () => {
  it.each([
    ['response', { response: Buffer.from([0x0a, 0xff]) }],
    ['error', { error: Buffer.from([0x0a, 0xff]) }],
  ])('fails the one call whose %s can’t be decoded, and goes on', async (_what, broken) => {
    let count = 0;
    const { address, streams } = await rawServer({}, ({ calls }, stream) => {
      for (const call of calls) reply(stream, call, count++ === 0 ? broken : {});
    });
    const { client } = await connect(address);
    expect(await errorOf(client.Score(scoreRequest(), newCall()))).toMatchObject({ reason: 'INTERNAL' });
    expect(await client.Score(scoreRequest(), newCall())).toMatchObject({ predictionId: '' });
    expect(streams).toHaveLength(1);
  });

  it('refuses another protocol version, saying what to do, and keeps one connection only', async () => {
    const { address, streams, open } = await rawServer({ version: 2 }, () => {});
    const { pool } = await connect(address);
    await until(() => streams.length >= 4);
    await until(() => open() <= 1);
    expect(pool.unreachable()!.message).toContain(
      'it speaks link protocol 2, this process 1: upgrade one of them',
    );
  });

  it('takes a reply to a call that it gave up for nothing', async () => {
    const seen: LinkCall[] = [];
    let expired: number[] = [];
    const { address, streams } = await rawServer({}, (frame) => {
      seen.push(...frame.calls);
      expired = [...expired, ...frame.expired];
    });
    const { client } = await connect(address);
    const given = errorOf(client.Score(scoreRequest(), newCall(30)));
    expect(await given).toMatchObject({ reason: 'DEADLINE_PASSED_WAITING' });
    await until(() => expired.length === 1);
    expect(expired).toEqual([seen[0]!.id]);
    reply(streams[0]!, seen[0]!, {});
    const next = client.Score(scoreRequest(), newCall());
    await until(() => seen.length === 2);
    reply(streams[0]!, seen[1]!, {});
    expect(await next).toMatchObject({ predictionId: '' });
  });

  it('does not send a call that was given up in the tick in which it was made', async () => {
    const frames: RequestFrame[] = [];
    const { address } = await rawServer({}, (frame, stream) => {
      frames.push(frame);
      for (const call of frame.calls) reply(stream, call, {});
    });
    const { client, pool } = await connect(address);
    await until(() => pool.unreachable() === undefined);
    const call = newCall();
    const given = errorOf(client.Score(scoreRequest(), call));
    call.cancellation.cancel((await errorOf(Promise.reject(new Error('gone')))) as never);
    await given;
    await client.Score(scoreRequest(), newCall());
    expect(frames.flatMap(({ calls }) => calls)).toHaveLength(1);
    expect(frames.flatMap(({ cancelled }) => cancelled)).toEqual([]);
  });

  it('sends no more than the other side takes at once', async () => {
    const waiting: [Stream, LinkCall][] = [];
    const { address } = await rawServer({ maxInFlight: 3 }, ({ calls }, stream) => {
      for (const call of calls) waiting.push([stream, call]);
    });
    const { client, pool } = await connect(address);
    await until(() => pool.unreachable() === undefined);
    const answers = Array.from({ length: 9 }, () => client.Score(scoreRequest(), newCall()));
    for (let answered = 0; answered < 9; answered++) {
      await until(() => waiting.length > answered);
      expect(waiting.length - answered).toBeLessThanOrEqual(3);
      reply(...waiting[answered]!, {});
    }
    await Promise.all(answers);
  });

  it('refuses a method that the other side does not serve', async () => {
    const { address } = await rawServer({}, () => {});
    const { client } = await connect(address);
    expect(await errorOf(client.RecordOutcomes({ outcomes: [] }, newCall()))).toMatchObject({
      reason: 'METHOD_NOT_FOUND',
      message: expect.stringContaining('SCOREMESH_ROLES'),
    });
  });
});
