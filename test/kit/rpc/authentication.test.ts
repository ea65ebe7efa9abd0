import { inspect } from 'node:util';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connect } from '../../../gateway/client/client.ts';
import { auditContract, modelContract } from '../../../services/contracts.ts';
import type { Call } from '../../../services/kit/contract/call.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { openLinkPool } from '../../../services/kit/link/link-pool.ts';
import { createLog } from '../../../services/kit/log/json-log.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { createAuthenticate } from '../../../services/kit/rpc/authentication.ts';
import { createClient } from '../../../services/kit/rpc/client.ts';
import { startGrpcServer } from '../../../services/kit/rpc/grpc-server.ts';
import { openChannel } from '../../../services/kit/rpc/grpc-transport.ts';
import { edgeClient, localTransport } from '../../../services/kit/rpc/local.ts';
import { serve } from '../../../services/kit/rpc/served.ts';
import { type EchoHandlers, echoServices, scoreResponse } from './echo.ts';
import {
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
const token = 'correct-horse-battery-staple';
const subject = 'passenger=P-4711';
const erase = { subject, reason: 'request 17' };

/** Services that note by whom they were called. */
function noting() {
  const principals: string[] = [];
  const note = ({ principal }: Call): number => principals.push(principal);
  const handlers: EchoHandlers = {
    scoring: {
      Score: async ({ requestId }, call) => {
        note(call);
        return scoreResponse(requestId);
      },
      ScoreStream: async function* (requests, call) {
        note(call);
        for await (const { sequence } of requests)
          yield { sequence, response: scoreResponse(sequence), result: 'response' as const };
      },
    },
    audit: {
      EraseSubject: async (_request, call) => {
        note(call);
        return { records: '3', erasureRecordIds: ['e1'] };
      },
      ExportSubject: async function* (_request, call) {
        note(call);
        yield { record: null };
      },
    },
  };
  return { principals, handlers };
}

async function start(config: Parameters<typeof startProcess>[2] = {}) {
  const { principals, handlers } = noting();
  return { ...(await startProcess(closers, handlers, config)), principals };
}

function dial(process: EchoProcess, given?: string) {
  const client = connect({ address: process.address, token: given });
  closers.add('client', () => client.close());
  return client;
}

async function exported(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _record of stream) count += 1;
  return count;
}

async function* oneRequest() {
  yield { sequence: '1' };
}

const refused = {
  code: 7,
  reason: 'ADMINISTRATOR_ONLY',
  message: expect.stringMatching(
    /(EraseSubject|ExportSubject) .*SCOREMESH_ADMIN_TOKEN.*authorization: Bearer/,
  ),
};
const invalid = {
  code: 16,
  reason: 'TOKEN_INVALID',
  message: expect.stringContaining('SCOREMESH_ADMIN_TOKEN'),
};

describe('the administrator’s token', () => {
  it('is told from any other text, with the scheme in any case', () => {
    const authenticate = createAuthenticate(token)!;
    for (const scheme of ['Bearer', 'bearer', 'BEARER'])
      expect(authenticate(`${scheme} ${token}`)).toBe('administrator');
    const others = fc.oneof(
      fc.string(),
      fc.string().map((text) => `Bearer ${text}`),
      fc.constantFrom(
        token,
        `Basic ${token}`,
        `Bearer ${token}x`,
        `Bearer ${token.slice(1)}`,
        `Bearer ${token} x`,
      ),
      fc.constantFrom(
        '',
        'Bearer',
        'Bearer ',
        `Bearer ${token.toUpperCase()}`,
        `Bearer ${token},Bearer ${token}`,
      ),
    );
    fc.assert(
      fc.property(others, (authorization) => {
        expect(authenticate(authorization)).toMatchObject({ reason: 'TOKEN_INVALID' });
      }),
    );
  });

  it('does not exist without the setting', () => {
    expect(createAuthenticate(undefined)).toBeUndefined();
  });
});

describe('a method for the administrator over gRPC', () => {
  it('unary: answers who sends the token, and nobody else', async () => {
    const process = await start({ adminToken: token });
    expect(await errorOf(dial(process).audit.EraseSubject(erase))).toMatchObject(refused);
    expect(process.principals).toEqual([]);
    expect(await dial(process, token).audit.EraseSubject(erase)).toMatchObject({ records: '3' });
    expect(process.principals).toEqual(['administrator']);
  });

  it('server stream: answers who sends the token, and nobody else', async () => {
    const process = await start({ adminToken: token });
    expect(await errorOf(exported(dial(process).audit.ExportSubject({ subject })))).toMatchObject(refused);
    expect(process.principals).toEqual([]);
    expect(await exported(dial(process, token).audit.ExportSubject({ subject }))).toBe(1);
    expect(process.principals).toEqual(['administrator']);
  });

  it('answers nobody where the setting is missing, whatever is sent', async () => {
    const process = await start();
    for (const client of [dial(process), dial(process, token)]) {
      expect(await errorOf(client.audit.EraseSubject(erase))).toMatchObject(refused);
      expect(await errorOf(exported(client.audit.ExportSubject({ subject })))).toMatchObject(refused);
    }
    expect(process.principals).toEqual([]);
    // A proxy may have its own use of the header.
    await dial(process, token).scoring.Score({ model: 'm' });
    expect(process.principals).toEqual(['anonymous']);
  });

  it('is counted as refused, under the code that its caller got', async () => {
    const process = await start({ adminToken: token });
    await errorOf(dial(process).audit.EraseSubject(erase));
    await errorOf(dial(process, 'not-the-right-token').scoring.Score({ model: 'm' }));
    expect([...process.served.keys()]).toEqual([
      'scoremesh.audit.v1.AuditService/EraseSubject PERMISSION_DENIED  grpc',
      'scoremesh.scoring.v1.ScoringService/Score UNAUTHENTICATED  grpc',
    ]);
  });
});

describe('a call of any method over gRPC', () => {
  it('with a wrong token is refused before its handler, unary and stream', async () => {
    const process = await start({ adminToken: token });
    const client = dial(process, 'not-the-right-token');
    expect(await errorOf(client.scoring.Score({ model: 'm' }))).toMatchObject(invalid);
    expect(await errorOf(client.audit.EraseSubject(erase))).toMatchObject(invalid);
    expect(await errorOf(exported(client.audit.ExportSubject({ subject })))).toMatchObject(invalid);
    expect(await errorOf(exported(client.models.WatchModels({})))).toMatchObject(invalid);
    expect(await errorOf(exported(client.scoring.ScoreStream(oneRequest())))).toMatchObject(invalid);
    expect(process.principals).toEqual([]);
  });

  it('is the administrator’s with the token and anonymous without', async () => {
    const process = await start({ adminToken: token });
    for (const client of [dial(process), dial(process, token)]) {
      await client.scoring.Score({ model: 'm' });
      await exported(client.scoring.ScoreStream(oneRequest()));
    }
    expect(process.principals).toEqual(['anonymous', 'anonymous', 'administrator', 'administrator']);
  });

  it('can’t make itself administrator by what roles tell each other, nor by two tokens', async () => {
    const process = await start({ adminToken: token });
    const channel = openChannel(process.address, serverDefaults);
    closers.add('channel', () => channel.close());
    const audit = createClient(auditContract, channel, createRecorder().instruments);
    expect(await errorOf(audit.EraseSubject(erase, newCall(30_000, 'administrator')))).toMatchObject(refused);

    const metadata = new Metadata();
    metadata.set('authorization', `Bearer not-the-right-token, Bearer ${token}`);
    const { path } = auditContract.methods().get('EraseSubject')!;
    const same = (bytes: Buffer): Buffer => bytes;
    const error = await new Promise<ServiceError | null>((resolve) => {
      channel.client.makeUnaryRequest(path, same, same, Buffer.alloc(0), metadata, {}, (failure) =>
        resolve(failure),
      );
    });
    expect(error?.code).toBe(16);
    expect(process.principals).toEqual([]);
  });
});

describe('a role that another one asks', () => {
  /** A process that forwards to a role in another process, as a gateway does. */
  async function startForwarding(role: EchoProcess) {
    const recorder = createRecorder();
    const own = createClosers(silentLog);
    closers.add('gateway', () => own.close());
    const pool = await openLinkPool(
      { role: 'audit', addresses: role.address, maxMessageBytes: serverDefaults.maxMessageBytes },
      recorder.log,
      own,
    );
    await until(() => pool.unreachable() === undefined);
    const { instruments } = recorder;
    const audit = serve(auditContract, createClient(auditContract, pool, instruments), instruments);
    const { port } = await startGrpcServer(
      { ...serverDefaults, adminToken: token },
      [audit],
      [],
      instruments,
      own,
    );
    return { ...role, ...recorder, address: `127.0.0.1:${port}` };
  }

  it('gets the principal, not the token: unary over the link, streams beside it', async () => {
    const role = await start({ trustsRoles: true });
    const gateway = await startForwarding(role);
    const client = dial(gateway, token);
    expect(await client.audit.EraseSubject(erase)).toMatchObject({ records: '3' });
    expect(await exported(client.audit.ExportSubject({ subject }))).toBe(1);
    expect(role.principals).toEqual(['administrator', 'administrator']);
    expect(Buffer.concat(role.frames).includes(token)).toBe(false);

    const anybody = dial(gateway);
    expect(await errorOf(anybody.audit.EraseSubject(erase))).toMatchObject(refused);
    expect(await errorOf(exported(anybody.audit.ExportSubject({ subject })))).toMatchObject(refused);
    expect(role.principals).toHaveLength(2);
  });

  it('trusts calls over links and in the process, whoever is behind them', async () => {
    const role = await start();
    const pool = await openLinkPool(
      { role: 'audit', addresses: role.address, maxMessageBytes: serverDefaults.maxMessageBytes },
      silentLog,
      closers,
    );
    await until(() => pool.unreachable() === undefined);
    const { instruments } = createRecorder();
    await createClient(auditContract, pool, instruments).EraseSubject(erase, newCall());
    const { principals, handlers } = noting();
    const local = localTransport(echoServices(handlers, instruments));
    await createClient(auditContract, local, instruments).EraseSubject(erase, newCall());
    expect([...role.principals, ...principals]).toEqual(['test', 'test']);
  });
});

describe('an edge of this process', () => {
  it('lets only the administrator call such a method', async () => {
    const { principals, handlers } = noting();
    const audit = edgeClient(auditContract, echoServices(handlers, createRecorder().instruments), 'http');
    expect(await errorOf(audit.EraseSubject(erase, newCall()))).toMatchObject(refused);
    expect(await errorOf(exported(audit.ExportSubject({ subject }, newCall())))).toMatchObject(refused);
    const call = newCall(30_000, 'administrator');
    await audit.EraseSubject(erase, call);
    await exported(audit.ExportSubject({ subject }, call));
    expect(principals).toEqual(['administrator', 'administrator']);
  });
});

it('neither token is in a log line, an error, a span or a metric', async () => {
  const wrong = 'an-attempt-of-somebody';
  const process = await start({ adminToken: token });
  const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
  const errors: unknown[] = [];
  for (const given of [token, wrong]) {
    const client = dial(process, given);
    errors.push(await client.audit.EraseSubject(erase, trace).catch((error: unknown) => error));
    errors.push(
      await exported(client.audit.ExportSubject({ subject }, trace)).catch((error: unknown) => error),
    );
    // Not served in this test: METHOD_NOT_FOUND.
    errors.push(await errorOf(client.audit.GetReceipt({ recordId: 'x' }, trace)));
  }
  const written: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => written.push(line) } });
  for (const { message, fields } of process.lines) log.error(message, fields);
  for (const error of errors) log.error('failed', { error });
  expect(process.spans.length).toBeGreaterThan(3);
  const all = JSON.stringify([
    written,
    process.lines,
    process.spans,
    [...process.served],
    inspect(errors, { depth: 9 }),
  ]);
  expect(all).toContain('TOKEN_INVALID');
  for (const secret of [token, wrong]) expect(all).not.toContain(secret);
});

it('the contract says which methods are the administrator’s', () => {
  const names = (contract: typeof auditContract | typeof modelContract) =>
    [...contract.methods().values()].filter(({ administrative }) => administrative).map(({ name }) => name);
  expect(names(auditContract)).toEqual(['EraseSubject', 'ExportSubject']);
  expect(names(modelContract)).toEqual([]);
});
