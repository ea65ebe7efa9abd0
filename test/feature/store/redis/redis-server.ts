import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const binary = process.env.TEST_REDIS ?? 'redis-server';

/** `npm test` says so where redis-server can't be had: tests that need it skip. */
export const redisIsAbsent = binary === 'absent';

/** A real redis-server on 127.0.0.1 in a temporary folder. */
export interface RedisServer {
  readonly url: string;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder, with these settings changed. */
  start(changed?: Readonly<Record<string, string>>): Promise<void>;
  /** Stops answering until `resume`, as a server does whose machine hangs. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

const durable = { appendonly: 'yes', appendfsync: 'always' };

/** Started as it should be, but for the given settings. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'scoremesh-redis-'));
  const port = await freePort();
  const given = { port: String(port), bind: '127.0.0.1', dir: folder, save: '', ...durable, ...settings };
  let child: ChildProcess | undefined;
  const start = async (changed: Readonly<Record<string, string>> = {}): Promise<void> => {
    child = spawn(
      binary,
      Object.entries({ ...given, ...changed }).flatMap(([name, value]) => [`--${name}`, value]),
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const listen = (data: Buffer): void => {
        said += data.toString();
        if (said.includes('Ready to accept connections')) resolve();
      };
      child?.stdout?.on('data', listen);
      child?.stderr?.on('data', listen);
      child?.on('error', reject);
      child?.on('exit', () => reject(new Error(`redis-server ended: ${said.slice(-500)}`)));
    });
  };
  const kill = async (): Promise<void> => {
    const ending = child;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    start,
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The same, gone when the test is. */
export async function startRedisForTest(
  settings: Readonly<Record<string, string>> = {},
): Promise<RedisServer> {
  const server = await startRedis(settings);
  onTestFinished(() => server.close());
  return server;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
