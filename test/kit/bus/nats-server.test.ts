import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect } from 'nats';
import { describe, expect, test } from 'vitest';
import { startNatsProcess } from '../../../services/kit/bus/nats-process.ts';
import { startNatsServer } from '../../../services/kit/bus/nats-server.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { closersOfTest, connectBus, natsIsAbsent, scratchFolder, startBroker } from './broker.ts';

const deps = { log: silentLog };

describe.skipIf(natsIsAbsent)('a private nats-server', () => {
  test('keeps what was published over a stop and a start', async () => {
    const folder = await scratchFolder();
    const first = createClosers(silentLog);
    const server = await startNatsServer({ folder }, deps, first);
    if ('missing' in server) throw new Error(server.missing);
    const bus = await connectBus(server.url);
    await bus.ensureStream({ name: 'kept', subjects: ['kept'], retention: 'limits', storage: 'file' });
    await bus.publish('kept', new Uint8Array(3));
    await first.close();
    await expect(connect({ servers: server.url, timeout: 1000 })).rejects.toThrow();

    const again = await startNatsServer({ folder }, deps, closersOfTest());
    if ('missing' in again) throw new Error(again.missing);
    expect((await (await connectBus(again.url)).publish('kept', new Uint8Array(3))).sequence).toBe(2);
  });

  test('ends by itself when the process that started it is killed', async () => {
    const folder = await scratchFolder();
    const program = `
      import { startNatsServer } from ${JSON.stringify(new URL('../../../services/kit/bus/nats-server.ts', import.meta.url).href)};
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const server = await startNatsServer({ folder: ${JSON.stringify(folder)} }, { log }, { add() {}, close: async () => {} });
      console.log(server.url);`;
    const tsx = fileURLToPath(import.meta.resolve('tsx'));
    const owner = spawn(process.execPath, ['--import', tsx, '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [url] = await new Promise<string[]>((resolve) =>
      createInterface({ input: owner.stdout }).once('line', (line) => resolve([line])),
    );
    const observer = await connect({ servers: url!, reconnect: false });
    owner.kill('SIGKILL');
    await observer.closed();
    await expect(connect({ servers: url!, timeout: 1000 })).rejects.toThrow();

    // Its folder is free again: a new one waits for the last moments of the old one.
    expect(await startNatsServer({ folder }, deps, closersOfTest())).toHaveProperty('url');
  });

  test('does not share its folder with another one', async () => {
    const { folder } = await startBroker();
    await expect(
      startNatsServer({ folder, formerLimitMs: 100 }, deps, closersOfTest()),
    ).rejects.toMatchObject({
      reason: 'STATE_LOCKED',
      message: expect.stringContaining(folder),
    });
  });

  test('that does not end when asked to is ended by force', async () => {
    const folder = await scratchFolder();
    const [configFile, pidFile] = [join(folder, 'c.conf'), join(folder, 'pid')];
    await writeFile(configFile, `host: "127.0.0.1"\nport: -1\npid_file: ${JSON.stringify(pidFile)}\n`);
    const running = await startNatsProcess('nats-server', configFile, silentLog);
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGSTOP');
    await running.stop(50);
    expect(await running.ended).toBe('signal SIGKILL');
  });

  test('that can not start says why', async () => {
    const folder = await scratchFolder();
    const configFile = join(folder, 'c.conf');
    await writeFile(configFile, 'jetstream { store_dir: "/proc/nowhere" }\nport: -1\n');
    await expect(startNatsProcess('nats-server', configFile, silentLog)).rejects.toMatchObject({
      reason: 'NATS_UNAVAILABLE',
      message: expect.stringMatching(/did not start \(exit code 1\): .*nowhere/),
    });
  });
});

test('without a nats-server on the machine, what to do is told', async () => {
  const started = await startNatsServer(
    { folder: await scratchFolder(), binary: '/nowhere/nats-server' },
    deps,
    closersOfTest(),
  );
  expect(started).toEqual({ missing: expect.stringContaining('apt-get install nats-server') });
});
