import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventsStream } from '../../../services/feature/ingest/nats-source.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { connectBus, natsIsAbsent, startBroker } from '../../kit/bus/broker.ts';
import { noon } from '../arrivals.ts';
import { storedNumbers } from './numbered.ts';

const script = fileURLToPath(new URL('./source-child.ts', import.meta.url));

interface Child {
  /** Resolves when it has stored so many events since it began. */
  stores(events: number): Promise<void>;
  kill(): Promise<void>;
}

function startChild(folder: string, url: string): Child {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script, folder, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return {
    kill,
    stores: async (events) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error('the ingesting process ended');
        if (Number(value) >= events) return;
      }
    },
  };
}

describe.skipIf(natsIsAbsent)('with a nats-server', () => {
  test('whatever is killed while events come from NATS, each is stored once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'feature-ingest-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const broker = await startBroker();
    const bus = await connectBus(broker.url);
    await bus.ensureStream(eventsStream);
    const count = 6000;
    const publish = async (number: number): Promise<void> => {
      const body = {
        event_id: `event ${number}`,
        event_time: noon + (number % 3600) * 1000,
        fields: { place: number % 2 === 0 ? 'even' : 'odd', number },
      };
      for (;;) {
        try {
          // Some are sent twice, as by a producer that heard no answer.
          for (let time = 0; time < (number % 10 === 0 ? 2 : 1); time++)
            await bus.publish('features.events.numbered', Buffer.from(JSON.stringify(body)));
          return;
        } catch (error) {
          if (!(error instanceof MeshError)) throw error;
          await bus.connected(startCall({ timeoutMs: 30_000, principal: 'test' }));
        }
      }
    };
    const publishing = (async () => {
      for (let from = 0; from < count; from += 100)
        await Promise.all(Array.from({ length: 100 }, (_, index) => publish(from + index)));
    })();

    for (const events of [1, 700]) {
      const child = startChild(folder, broker.url);
      await child.stores(events);
      await child.kill();
    }
    const last = startChild(folder, broker.url);
    await last.stores(500);
    broker.kill();
    await publishing;
    await expect.poll(() => messagesLeft(broker.url), { timeout: 50_000, interval: 50 }).toBe(0);
    await last.kill();

    const all = Array.from({ length: count }, (_, index) => index);
    const [whole, even, odd] = await storedNumbers(folder, ['even', 'odd']);
    expect(whole).toEqual(all);
    expect(even).toEqual(all.filter((number) => number % 2 === 0));
    expect(odd).toEqual(all.filter((number) => number % 2 === 1));
  }, 120_000);
});

async function messagesLeft(url: string): Promise<number> {
  try {
    const observer = await connect({ servers: url, reconnect: false });
    try {
      return (await (await observer.jetstreamManager()).streams.info(eventsStream.name)).state.messages;
    } finally {
      await observer.close();
    }
  } catch {
    return Number.NaN;
  }
}
