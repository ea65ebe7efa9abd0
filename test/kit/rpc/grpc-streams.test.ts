import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { auditContract, modelContract, scoringContract } from '../../../services/contracts.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createClient } from '../../../services/kit/rpc/client.ts';
import { openChannel } from '../../../services/kit/rpc/grpc-transport.ts';
import { type EchoHandlers, scoreResponse } from './echo.ts';
import {
  createGate,
  type EchoProcess,
  errorOf,
  newCall,
  serverDefaults,
  startProcess,
  testClosers,
  until,
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

describe('a stream over gRPC', () => {
  it('carries messages both ways and ends when both are done', async () => {
    const { scoring } = dial(await start());
    const requests = async function* () {
      for (const sequence of ['1', '2', '3']) yield { sequence, request: null };
    };
    const seen: string[] = [];
    for await (const { sequence } of scoring.ScoreStream(requests(), newCall())) seen.push(sequence);
    expect(seen).toEqual(['1', '2', '3']);
  });

  it('still answers after its caller has said all that it has to say', async () => {
    const gate = createGate();
    const allRead = createGate();
    const process = await start({
      scoring: {
        ScoreStream: async function* (requests) {
          const sequences: string[] = [];
          for await (const { sequence } of requests) sequences.push(sequence);
          allRead.open();
          await gate.opened;
          for (const sequence of sequences)
            yield { sequence, response: scoreResponse(sequence), result: 'response' as const };
        },
      },
    });
    const { scoring } = dial(process);
    const requests = async function* () {
      for (const sequence of ['1', '2', '3']) yield { sequence, request: null };
    };
    const reading = (async () => {
      const seen: string[] = [];
      for await (const { sequence } of scoring.ScoreStream(requests(), newCall())) seen.push(sequence);
      return seen;
    })();
    await allRead.opened;
    await new Promise((resolve) => setImmediate(resolve));
    gate.open();
    expect(await reading).toEqual(['1', '2', '3']);
  });

  it('ends both sides when its caller stops reading, without a bug in the log', async () => {
    const ended = createGate();
    const process = await start({
      scoring: {
        ScoreStream: async function* (requests) {
          try {
            for await (const { sequence } of requests)
              yield { sequence, response: scoreResponse(sequence), result: 'response' as const };
          } finally {
            ended.open();
          }
        },
      },
    });
    const { scoring } = dial(process);
    const requests = async function* () {
      yield { sequence: '1', request: null };
      await new Promise(() => {});
    };
    for await (const _first of scoring.ScoreStream(requests(), newCall())) break;
    await ended.opened;
    await until(() => process.served.size > 0);
    // Its going may look like the end of its requests.
    const [recorded] = process.served.keys();
    expect(recorded).toMatch(/ScoringService\/ScoreStream (OK|CANCELLED) {2}grpc/);
    expect(process.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('ends when its caller goes away while nothing is said', async () => {
    const cancelled = createGate<MeshError>();
    const process = await start({
      models: {
        WatchModels: async function* (_request, call) {
          yield { models: [], changes: [] };
          await new Promise<void>((resolve) =>
            call.cancellation.onCancel((error) => {
              cancelled.open(error);
              resolve();
            }),
          );
        },
      },
    });
    const { models } = dial(process);
    const call = newCall(Number.POSITIVE_INFINITY);
    const reading = (async () => {
      for await (const _snapshot of models.WatchModels({}, call))
        call.cancellation.cancel(new MeshError('CALL_CANCELLED', 'done'));
    })();
    expect(await errorOf(reading)).toMatchObject({ message: 'done' });
    expect(await cancelled.opened).toMatchObject({ reason: 'CALL_CANCELLED' });
  });

  it('gives the producer’s own error to who reads', async () => {
    const { scoring } = dial(await start());
    const broken = new MeshError('INVALID_REQUEST', 'the file ended too soon');
    const requests = async function* () {
      yield { sequence: '1', request: null };
      throw broken;
    };
    const reading = (async () => {
      for await (const _answer of scoring.ScoreStream(requests(), newCall()));
    })();
    expect(await errorOf(reading)).toBe(broken);
  });

  it('lets the producer go when the server ends it early', async () => {
    const released = createGate();
    const process = await start({
      scoring: {
        ScoreStream: async function* (requests) {
          for await (const { sequence } of requests) {
            yield { sequence, response: scoreResponse(sequence), result: 'response' as const };
            if (sequence === '3') throw new MeshError('QUEUE_FULL', 'enough');
          }
        },
      },
    });
    const { scoring } = dial(process);
    const requests = async function* () {
      try {
        for (let sequence = 1; ; sequence++) {
          yield { sequence: String(sequence), request: null };
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        released.open();
      }
    };
    const reading = (async () => {
      for await (const _answer of scoring.ScoreStream(requests(), newCall()));
    })();
    expect(await errorOf(reading)).toMatchObject({ reason: 'QUEUE_FULL' });
    await released.opened;
  });

  it('fails with INVALID_REQUEST at a message that can’t be decoded', async () => {
    const { channel } = dial(await start());
    const same = (bytes: Buffer): Buffer => bytes;
    const stream = channel.client.makeBidiStreamRequest<Buffer, Buffer>(
      '/scoremesh.scoring.v1.ScoringService/ScoreStream',
      same,
      same,
      new Metadata(),
      {},
    );
    const failed = createGate<ServiceError>();
    stream.on('error', (error) => failed.open(error as ServiceError));
    stream.on('data', () => {});
    stream.write(Buffer.from([0x12, 0xff]));
    expect(await failed.opened).toMatchObject({ code: 3 });
  });

  it('holds a producer back that is faster than its reader', async () => {
    let produced = 0;
    const process = await start({
      models: {
        WatchModels: async function* () {
          for (;;) {
            produced += 1;
            yield { models: [{ name: 'x'.repeat(50_000) } as never], changes: [] };
          }
        },
      },
    });
    const { models } = dial(process);
    for await (const _snapshot of models.WatchModels({}, newCall())) {
      const before = produced;
      await new Promise((resolve) => setTimeout(resolve, 20));
      const after = produced;
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (before > 1 && produced === after) break;
    }
    expect(produced).toBeLessThan(500);
  });
});
