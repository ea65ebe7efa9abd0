import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createBus } from '../../../services/kit/bus/bus.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { closersOfTest, natsIsAbsent, scratchFolder } from './broker.ts';
import { createOperator } from './credentials.ts';
import { startServerWith, tryToConnect } from './secured-server.ts';

const stream = { name: 'kept', subjects: ['kept'], retention: 'limits', storage: 'file' } as const;

describe.skipIf(natsIsAbsent)('identifying oneself to NATS', () => {
  test('by a token or a password; a wrong one is told without it', async () => {
    const folder = await scratchFolder();
    const { port: byToken } = await startServerWith(folder, 'authorization { token: "sesame-open" }');
    const { port: byUser } = await startServerWith(
      folder,
      'authorization { user: "worker", password: "sesame-open" }',
    );
    const url = (user: string, port: number): string => `nats://${user}localhost:${port}`;
    for (const config of [
      { urls: [url('', byToken)], token: 'sesame-open' },
      { urls: [url('sesame-open@', byToken)] },
      { urls: [url('worker:sesame-open@', byUser)] },
    ]) {
      const { bus, connected, log } = await tryToConnect(config);
      await connected();
      await bus.ensureStream(stream);
      expect(log()).not.toContain('sesame');
    }
    for (const config of [
      { urls: [url('', byToken)], token: 'sesame-shut' },
      { urls: [url('', byToken)] },
      { urls: [url('sesame-shut@', byToken)] },
      { urls: [url('worker:sesame-shut@', byUser)] },
    ]) {
      const tried = await tryToConnect(config);
      const told = await tried.failed(/does not know this user.*SCOREMESH_NATS_TOKEN/);
      expect(`${told} ${tried.log()}`).not.toContain('sesame');
    }
  });

  test('in vain over a connection that is made again, which is told once', async () => {
    const folder = await scratchFolder();
    const authorization = (token: string): string => `authorization { token: "${token}" }`;
    const first = await startServerWith(folder, authorization('sesame-open'));
    const tried = await tryToConnect({ urls: [`nats://localhost:${first.port}`], token: 'sesame-open' });
    await tried.connected();
    await first.stop(2000);
    const at = `port: ${first.port}`;
    const second = await startServerWith(folder, authorization('sesame-new'), at);
    await tried.failed(/does not know this user.*SCOREMESH_NATS_TOKEN/);
    await delay(1500);
    expect(tried.log().match(/does not know this user/g)).toHaveLength(1);
    await second.stop(2000);
    await startServerWith(folder, authorization('sesame-open'), at);
    await tried.connected();
  });

  test('by a credentials file, which is read again at each connection', async () => {
    const folder = await scratchFolder();
    const operator = createOperator();
    const { port } = await startServerWith(folder, ...operator.serverLines);
    const urls = [`nats://localhost:${port}`];
    const [right, wrong] = [operator.user('worker'), createOperator().user('worker')];
    const credentialsFile = join(folder, 'worker.creds');
    writeFileSync(credentialsFile, wrong.file);
    const tried = await tryToConnect({ urls, credentialsFile });
    const told = await tried.failed(/does not know this user.*SCOREMESH_NATS_CREDENTIALS/);
    writeFileSync(credentialsFile, right.file);
    await tried.connected();
    await tried.bus.ensureStream(stream);
    expect((await tried.bus.publish('kept', new Uint8Array(3))).sequence).toBe(1);
    for (const { seed } of [right, wrong]) expect(`${told} ${tried.log()}`).not.toContain(seed);
  });

  test('by a file that has no credentials is told at the start, without what is in it', async () => {
    const credentialsFile = join(await scratchFolder(), 'worker.creds');
    const { file, seed } = createOperator().user('worker');
    for (const content of ['', seed, file.replace(/SU/g, 'XX')]) {
      writeFileSync(credentialsFile, content);
      const made = createBus(
        { name: 'test', urls: ['nats://localhost:1'], credentialsFile },
        { log: silentLog },
        closersOfTest(),
      );
      const failure = await made.then(
        () => undefined,
        (error: Error) => error,
      );
      expect(failure).toMatchObject({
        reason: 'CONFIG_INVALID',
        message: expect.stringContaining(credentialsFile),
      });
      expect(`${failure?.stack}${failure?.cause}`).not.toContain(seed.slice(2));
    }
  });
});
