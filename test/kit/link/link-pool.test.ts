import { describe, expect, it, vi } from 'vitest';
import { auditContract, scoringContract } from '../../../services/contracts.ts';
import type { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { openLinkPool } from '../../../services/kit/link/link-pool.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { createClient } from '../../../services/kit/rpc/client.ts';
import { recordResponse, scoreRequest, scoreResponse } from '../rpc/echo.ts';
import {
  createGate,
  errorOf,
  newCall,
  serverDefaults,
  startProcess,
  testClosers,
  until,
} from '../rpc/processes.ts';
import { createRecorder } from '../rpc/recorder.ts';
import { startProxy } from './severable-proxy.ts';

const closers = testClosers();

async function connect(
  addresses: string,
  options: {
    find?: (host: string) => Promise<string[]>;
    own?: ReturnType<typeof createClosers>;
    maxMessageBytes?: number;
  } = {},
) {
  const recorder = createRecorder();
  const { maxMessageBytes = serverDefaults.maxMessageBytes } = options;
  const pool = await openLinkPool(
    { role: 'audit', addresses, maxMessageBytes },
    recorder.log,
    options.own ?? closers,
    options.find,
  );
  await until(() => pool.unreachable() === undefined);
  return {
    pool,
    ...recorder,
    scoring: createClient(scoringContract, pool, recorder.instruments),
    audit: createClient(auditContract, pool, recorder.instruments),
  };
}

const byId = (recordId: string) => ({ recordId, idempotencyKey: '' });

describe('a link that breaks', () => {
  it('fails what was in flight with ROLE_UNREACHABLE, and tries again only what is idempotent', async () => {
    const asked: string[] = [];
    const never = new Promise<never>(() => {});
    let answering = false;
    const process = await startProcess(closers, {
      scoring: {
        Score: async ({ requestId }) => {
          asked.push(requestId);
          return answering ? scoreResponse(requestId) : never;
        },
      },
      audit: {
        GetRecord: async ({ recordId }) => {
          asked.push(recordId);
          return answering ? recordResponse(recordId) : never;
        },
      },
    });
    const proxy = await startProxy(() => process.port, closers);
    const { scoring, audit, pool } = await connect(proxy.address);
    const once = errorOf(scoring.Score(scoreRequest({ requestId: 'once' }), newCall()));
    const again = audit.GetRecord(byId('again'), newCall());
    await until(() => asked.length === 2);
    answering = true;
    proxy.cut();
    expect(await once).toMatchObject({ reason: 'ROLE_UNREACHABLE' });
    expect(pool.unreachable()).toMatchObject({
      reason: 'ROLE_UNREACHABLE',
      message: expect.stringContaining(proxy.address),
    });
    proxy.mend();
    expect((await again).entry.toString()).toBe('again');
    expect(asked.sort()).toEqual(['again', 'again', 'once']);
  });

  it('tells the handlers on the other side that nobody waits any more', async () => {
    const started = createGate();
    const cancelled = createGate<MeshError>();
    const process = await startProcess(closers, {
      scoring: {
        Score: (_request, call) =>
          new Promise(() => {
            call.cancellation.onCancel(cancelled.open);
            started.open();
          }),
      },
    });
    const proxy = await startProxy(() => process.port, closers);
    const { scoring } = await connect(proxy.address);
    const failing = errorOf(scoring.Score(scoreRequest(), newCall()));
    await started.opened;
    proxy.cut();
    await failing;
    expect(await cancelled.opened).toMatchObject({ reason: 'CALL_CANCELLED' });
  });

  it('fails an idempotent call too when its deadline leaves no time for another try', async () => {
    const process = await startProcess(closers);
    const proxy = await startProxy(() => process.port, closers);
    const { audit, pool } = await connect(proxy.address);
    proxy.cut();
    await until(() => pool.unreachable() !== undefined);
    const call = newCall(80);
    expect(await errorOf(audit.GetRecord(byId('x'), call))).toMatchObject({
      code: 14,
      reason: 'ROLE_UNREACHABLE',
    });
  });

  it('connects again by itself, one connection at a time', async () => {
    const process = await startProcess(closers);
    const proxy = await startProxy(() => process.port, closers);
    const { audit, pool, lines } = await connect(proxy.address);
    for (let round = 1; round <= 3; round++) {
      proxy.cut();
      await until(() => pool.unreachable() !== undefined);
      proxy.mend();
      await until(() => pool.unreachable() === undefined);
      expect((await audit.GetRecord(byId('x'), newCall())).entry.toString()).toBe('x');
      expect(proxy.connections()).toBe(1 + round);
    }
    expect(lines.filter(({ message }) => message === 'link is up')).toHaveLength(4);
  });

  it('says which role and which addresses do not answer, within half a second', async () => {
    const pool = await openLinkPool(
      { role: 'audit', addresses: '127.0.0.1:1', maxMessageBytes: 1_000_000 },
      silentLog,
      closers,
    );
    const client = createClient(scoringContract, pool, createRecorder().instruments);
    const error = (await errorOf(client.Score(scoreRequest(), newCall()))) as MeshError;
    expect(error).toMatchObject({ reason: 'ROLE_UNREACHABLE', details: { metadata: { role: 'audit' } } });
    expect(error.message).toContain('127.0.0.1:1');
  });
});

describe('several instances', () => {
  const counted = async () => {
    const count = { calls: 0 };
    const process = await startProcess(closers, {
      audit: {
        GetRecord: async ({ recordId }) => {
          count.calls += 1;
          return recordResponse(recordId);
        },
      },
    });
    return { process, count };
  };

  it('share the load; one that is dead is left out without an error, and comes back', async () => {
    const [a, b] = [await counted(), await counted()];
    const proxy = await startProxy(() => b.process.port, closers);
    const { audit, pool, lines } = await connect(`${a.process.address},${proxy.address}`);
    const up = (): number =>
      lines.filter(({ message }) => message === 'link is up').length -
      lines.filter(({ message }) => message.startsWith('link is down')).length;
    const ask = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, place) => audit.GetRecord(byId(String(place)), newCall())),
      );
    await until(() => up() === 2);
    await ask(200);
    expect(Math.min(a.count.calls, b.count.calls)).toBeGreaterThan(60);

    proxy.cut();
    const before = b.count.calls;
    await ask(50);
    await until(() => up() === 1);
    await ask(50);
    expect(b.count.calls).toBe(before);
    expect(pool.unreachable()).toBeUndefined();

    proxy.mend();
    await until(() => up() === 2);
    await ask(200);
    expect(b.count.calls).toBeGreaterThan(before + 60);
  });

  it('that stop finish what they have, and no call notices', async () => {
    const gates: ReturnType<typeof createGate<void>>[] = [];
    const slow = await startProcess(closers, {
      scoring: {
        Score: async () => {
          const gate = createGate();
          gates.push(gate);
          await gate.opened;
          return scoreResponse('slow');
        },
      },
    });
    const other = await startProcess(closers, { scoring: { Score: async () => scoreResponse('other') } });
    const { scoring, lines } = await connect(`${slow.address},${other.address}`);
    await until(() => lines.filter(({ message }) => message === 'link is up').length === 2);
    const answers: Promise<{ predictionId: string }>[] = [];
    while (gates.length < 5) {
      answers.push(scoring.Score(scoreRequest(), newCall()));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const stopping = slow.stop();
    // Calls sent before the news of the stop came are answered too, although Score is never tried twice.
    for (let tick = 0; tick < 20; tick++) {
      answers.push(...Array.from({ length: 5 }, () => scoring.Score(scoreRequest(), newCall())));
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (let open = 0; open < gates.length; open++) gates[open]!.open();
    const names = (await Promise.all(answers)).map(({ predictionId }) => predictionId);
    expect(names.filter((name) => name === 'slow').length).toBe(gates.length);
    await stopping;
    expect((await scoring.Score(scoreRequest(), newCall())).predictionId).toBe('other');
  });

  it('behind a DNS name are found when its records change, and lose no call when they leave', async () => {
    const [a, b] = [await counted(), await counted()];
    let records = ['127.0.0.1'];
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      // Both listen on their own port of the one address, so that the "records" stand for two names.
      const portOf = { a: a.process.port, b: b.process.port };
      const { audit } = await connect(`a.test:${portOf.a},b.test:${portOf.b}`, {
        find: async (host) => (host === 'a.test' ? records : records.length === 1 ? [] : ['127.0.0.1']),
      });
      await Promise.all(Array.from({ length: 20 }, () => audit.GetRecord(byId('x'), newCall())));
      expect([a.count.calls, b.count.calls]).toEqual([20, 0]);

      records = ['127.0.0.1', '127.0.0.1'];
      await vi.advanceTimersByTimeAsync(10_000);
      while (b.count.calls === 0) await audit.GetRecord(byId('x'), newCall());
      expect(b.count.calls).toBeGreaterThan(0);

      records = [];
      await vi.advanceTimersByTimeAsync(10_000);
      const left = a.count.calls;
      await until(() => a.count.calls === left);
      await Promise.all(Array.from({ length: 20 }, () => audit.GetRecord(byId('x'), newCall())));
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a pool that closes', () => {
  it('waits for what is in flight, refuses what is new, and leaves no connection behind', async () => {
    const gate = createGate();
    const started = createGate();
    const process = await startProcess(closers, {
      scoring: {
        Score: async () => {
          started.open();
          await gate.opened;
          return scoreResponse('done');
        },
      },
    });
    const own = createClosers(silentLog);
    const { scoring } = await connect(process.address, { own });
    const answer = scoring.Score(scoreRequest(), newCall());
    await started.opened;
    const closed = own.close();
    const late = errorOf(scoring.Score(scoreRequest(), newCall(100)));
    gate.open();
    expect(await answer).toMatchObject({ predictionId: 'done' });
    expect(await late).toMatchObject({ reason: 'ROLE_UNREACHABLE' });
    await closed;
    // The server would wait for a link that is still there.
    await process.stop();
  });
});
