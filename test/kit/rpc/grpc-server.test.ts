import { type Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { auditContract, modelContract, scoringContract } from '../../../services/contracts.ts';
import type { Call } from '../../../services/kit/contract/call.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { createClient } from '../../../services/kit/rpc/client.ts';
import { startGrpcServer } from '../../../services/kit/rpc/grpc-server.ts';
import { openChannel } from '../../../services/kit/rpc/grpc-transport.ts';
import { checkHealth } from '../../../services/kit/rpc/health.ts';
import { type EchoHandlers, scoreRequest, scoreResponse } from './echo.ts';
import {
  createGate,
  type EchoProcess,
  errorOf,
  newCall,
  serverDefaults,
  startProcess,
  testClosers,
} from './processes.ts';
import { createRecorder } from './recorder.ts';

const closers = testClosers();

function dial(process: EchoProcess) {
  const channel = openChannel(process.address, serverDefaults);
  closers.add('channel', () => channel.close());
  const { instruments } = createRecorder();
  return {
    channel,
    scoring: createClient(scoringContract, channel, instruments),
    models: createClient(modelContract, channel, instruments),
    audit: createClient(auditContract, channel, instruments),
  };
}

const start = (handlers: EchoHandlers = {}, config: Parameters<typeof startProcess>[2] = {}) =>
  startProcess(closers, handlers, config);

/** A unary call with raw bytes, as a program in another language might send them. */
function rawCall(client: Client, path: string, bytes: Buffer, metadata = new Metadata(), deadline?: number) {
  const same = (given: Buffer): Buffer => given;
  return new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest<Buffer, Buffer>(
      path,
      same,
      same,
      bytes,
      metadata,
      deadline === undefined ? {} : { deadline },
      (error, response) => (error === null ? resolve(response!) : reject(error)),
    );
  });
}
const scorePath = '/scoremesh.scoring.v1.ScoringService/Score';

describe('a unary method over gRPC', () => {
  it('gets the caller’s deadline, or the configured one where the caller has none', async () => {
    const calls: Call[] = [];
    const process = await start(
      {
        scoring: {
          Score: async (_request, call) => {
            calls.push(call);
            return scoreResponse('x');
          },
        },
      },
      { defaultTimeoutMs: 60_000 },
    );
    const { channel, scoring } = dial(process);
    const before = performance.now();
    await scoring.Score(scoreRequest(), newCall(20_000));
    await rawCall(channel.client, scorePath, Buffer.alloc(0));
    const [given, missing] = calls.map(({ deadline }) => deadline - before);
    expect(given).toBeGreaterThan(10_000);
    expect(given).toBeLessThanOrEqual(21_000);
    expect(missing).toBeGreaterThan(50_000);
  });

  it('that outlasts its deadline is answered DEADLINE_EXCEEDED by the server, and the handler learns it', async () => {
    const cancelled = createGate<MeshError>();
    const process = await start(
      {
        scoring: { Score: (_request, call) => new Promise(() => call.cancellation.onCancel(cancelled.open)) },
      },
      { defaultTimeoutMs: 40 },
    );
    const { channel } = dial(process);
    const error = (await errorOf(rawCall(channel.client, scorePath, Buffer.alloc(0)))) as ServiceError;
    expect(error).toMatchObject({ code: 4, details: expect.stringContaining('give the call more time') });
    expect(await cancelled.opened).toMatchObject({ reason: 'DEADLINE_PASSED_WAITING' });
  });

  it('learns that its caller gave up', async () => {
    const started = createGate();
    const cancelled = createGate<MeshError>();
    const process = await start({
      scoring: {
        Score: (_request, call) =>
          new Promise(() => {
            call.cancellation.onCancel(cancelled.open);
            started.open();
          }),
      },
    });
    const { scoring } = dial(process);
    const call = newCall();
    const failing = errorOf(scoring.Score(scoreRequest(), call));
    await started.opened;
    call.cancellation.cancel(new MeshError('CALL_CANCELLED', 'enough'));
    expect(await failing).toMatchObject({ message: 'enough' });
    expect(await cancelled.opened).toMatchObject({ reason: 'CALL_CANCELLED' });
  });

  it('refuses malformed bytes with INVALID_ARGUMENT, reason and method', async () => {
    const { channel } = dial(await start());
    const error = (await errorOf(
      rawCall(channel.client, scorePath, Buffer.from([0x0a, 0xff])),
    )) as ServiceError;
    expect(error).toMatchObject({ code: 3, details: expect.stringContaining(scorePath) });
    expect(error.metadata.get('grpc-status-details-bin')).toHaveLength(1);
  });

  it('gives errors with reason, metadata, retry delay and violations, as details and as headers', async () => {
    const thrown = new MeshError('QUEUE_FULL', 'full: é\n"%"', {
      metadata: { queue: 'q' },
      retryAfterMs: 1234.5,
      violations: [{ field: 'f', description: 'd' }],
    });
    const process = await start({
      scoring: {
        Score: async () => {
          throw thrown;
        },
      },
    });
    const { scoring, channel } = dial(process);
    const error = await errorOf(scoring.Score(scoreRequest(), newCall()));
    expect(error).toMatchObject({ reason: thrown.reason, message: thrown.message, details: thrown.details });
    const raw = (await errorOf(rawCall(channel.client, scorePath, Buffer.alloc(0)))) as ServiceError;
    expect(raw.metadata.get('grpc-retry-pushback-ms')).toEqual(['1235']);
  });

  it.each([
    ['half of a surrogate pair', { message: `model "${'🚀'.slice(0, 1)}…" is unknown` }],
    ['more text than headers may have', { message: 'x'.repeat(200_000) }],
    [
      'more violations than headers may have',
      {
        message: 'bad',
        violations: Array.from({ length: 2000 }, (_, n) => ({
          field: `f${n}`,
          description: 'is wrong in some way',
        })),
      },
    ],
    ['more metadata than headers may have', { message: 'bad', metadata: { big: 'x'.repeat(100_000) } }],
  ])(
    'answers an error whose message has %s, and the process lives on',
    async (_what, { message, ...details }) => {
      let broken = true;
      const process = await start({
        scoring: {
          Score: async () => {
            if (!broken) return scoreResponse('alive');
            throw new MeshError('INVALID_REQUEST', message, details);
          },
        },
      });
      const { scoring } = dial(process);
      const error = (await errorOf(scoring.Score(scoreRequest(), newCall(5_000)))) as MeshError;
      expect(error).toMatchObject({ code: 3, reason: 'INVALID_REQUEST' });
      broken = false;
      expect(await scoring.Score(scoreRequest(), newCall())).toMatchObject({ predictionId: 'alive' });
    },
  );

  it('has no detail of a bug', async () => {
    const process = await start({
      scoring: {
        Score: async () => {
          throw new Error('secret');
        },
      },
    });
    const error = (await errorOf(dial(process).scoring.Score(scoreRequest(), newCall()))) as MeshError;
    expect(error.reason).toBe('INTERNAL');
    expect(error.message).not.toContain('secret');
  });

  it('is not there for other programs if it is internal', async () => {
    const { audit } = dial(await start());
    const request = {
      record: Buffer.alloc(1),
      recordId: 'x',
      idempotencyKey: '',
      bodyDigest: Buffer.alloc(0),
      personal: Buffer.alloc(0),
      subject: '',
      subjectOf: '',
      subjectOfKey: '',
    };
    expect(await errorOf(audit.Append(request, newCall()))).toMatchObject({ reason: 'METHOD_NOT_FOUND' });
  });

  it('refuses what is larger than a message may be, by name', async () => {
    const { scoring } = dial(await start({}, { maxMessageBytes: 10_000 }));
    const error = await errorOf(scoring.Score(scoreRequest({ requestId: 'x'.repeat(20_000) }), newCall()));
    expect(error).toMatchObject({ reason: 'MESSAGE_TOO_LARGE' });
  });
});

describe('a server that stops', () => {
  it('says NOT_SERVING, finishes what is in flight and refuses what is new', async () => {
    const gate = createGate();
    const started = createGate();
    const process = await start({
      scoring: {
        Score: async () => {
          started.open();
          await gate.opened;
          return scoreResponse('finished');
        },
      },
    });
    const { scoring } = dial(process);
    const answer = scoring.Score(scoreRequest(), newCall());
    await started.opened;
    const stopping = process.stop();
    const late = errorOf(dial(process).scoring.Score(scoreRequest(), newCall(300)));
    expect(await late).toMatchObject({ code: expect.toSatisfy((code) => code === 14 || code === 4) });
    gate.open();
    expect(await answer).toMatchObject({ predictionId: 'finished' });
    await stopping;
  });

  it.each(['a unary call', 'a stream'])('ends %s by force when the grace limit is over', async (what) => {
    const started = createGate();
    const never = new Promise<never>(() => {});
    const process = await start(
      {
        scoring: {
          Score: () => {
            started.open();
            return never;
          },
        },
        models: {
          WatchModels: async function* () {
            started.open();
            yield await never;
          },
        },
      },
      { graceMs: 50 },
    );
    const { scoring, models } = dial(process);
    const failing = errorOf(
      what === 'a unary call'
        ? scoring.Score(scoreRequest(), newCall())
        : (async () => {
            for await (const _answer of models.WatchModels({}, newCall()));
          })(),
    );
    await started.opened;
    await process.stop();
    expect(await failing).toBeInstanceOf(MeshError);
  });

  it('ends idle streams at once with SHUTTING_DOWN', async () => {
    const process = await start({}, { graceMs: 20_000 });
    const { scoring } = dial(process);
    const first = createGate();
    const requests = async function* () {
      yield { sequence: '1', request: null };
      await new Promise(() => {});
    };
    const reading = errorOf(
      (async () => {
        for await (const _answer of scoring.ScoreStream(requests(), newCall())) first.open();
      })(),
    );
    await first.opened;
    const begin = performance.now();
    await process.stop();
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(await reading).toMatchObject({ reason: 'SHUTTING_DOWN' });
  });
});

describe('a server', () => {
  it('answers health checks and says what it is told', async () => {
    const own = createClosers(silentLog);
    closers.add('server', () => own.close());
    const server = await startGrpcServer(serverDefaults, [], [], createRecorder().instruments, own);
    const channel = openChannel(`127.0.0.1:${server.port}`, serverDefaults);
    closers.add('channel', () => channel.close());
    expect(await checkHealth(channel)).toBe('it says that it is not ready');
    server.setServing(true);
    expect(await checkHealth(channel)).toBeUndefined();
  });

  it('names the port and the setting when it can’t listen', async () => {
    const process = await start();
    const own = createClosers(silentLog);
    const error = (await errorOf(
      startGrpcServer({ ...serverDefaults, port: process.port }, [], [], createRecorder().instruments, own),
    )) as MeshError;
    expect(error.reason).toBe('CONFIG_INVALID');
    expect(error.message).toContain(String(process.port));
    expect(error.message).toContain('SCOREMESH_GRPC_PORT');
  });
});
