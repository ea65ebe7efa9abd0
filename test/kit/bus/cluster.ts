import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'nats';
import { type NatsProcess, startNatsProcess } from '../../../services/kit/bus/nats-process.ts';
import type { Closers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';

/** One of the servers of a cluster. */
export interface Member {
  readonly name: string;
  readonly url: string;
  /** Names of the clients that are connected to it. */
  clients(): Promise<readonly string[]>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port and files. */
  restart(): Promise<void>;
}

const size = 3;
const stopGraceMs = 5000;
const pollMs = 100;

/** Three nats-servers on 127.0.0.1 that keep streams together; resolves when they have agreed on a leader. */
export async function startCluster(folder: string, closers: Closers): Promise<readonly Member[]> {
  const ports = await freePorts(size * 2);
  const routes = ports.slice(0, size);
  const members = await Promise.all(
    routes.map((route, place) => {
      const name = `n${place + 1}`;
      const own = { route, monitor: ports[size + place] ?? 0 };
      return startMember(join(folder, name), name, own, routes, closers);
    }),
  );
  await untilJetStreamAnswers(members[0]?.url ?? '');
  return members;
}

async function startMember(
  folder: string,
  name: string,
  { route, monitor }: { readonly route: number; readonly monitor: number },
  routes: readonly number[],
  closers: Closers,
): Promise<Member> {
  await mkdir(folder, { recursive: true });
  const [config, pidFile] = [join(folder, 'nats-server.conf'), join(folder, 'nats-server.pid')];
  const start = async (port: number): Promise<NatsProcess> => {
    const lines = [
      `server_name: ${name}`,
      'host: "127.0.0.1"',
      `port: ${port}`,
      `http: "127.0.0.1:${monitor}"`,
      `pid_file: ${JSON.stringify(pidFile)}`,
      `jetstream { store_dir: ${JSON.stringify(folder)}, max_memory_store: 64MB, max_file_store: 8GB }`,
      'cluster {',
      '  name: test',
      '  host: "127.0.0.1"',
      `  port: ${route}`,
      `  routes: [${routes.map((other) => `"nats://127.0.0.1:${other}"`).join(', ')}]`,
      '}',
    ];
    await writeFile(config, `${lines.join('\n')}\n`);
    return startNatsProcess('nats-server', config, silentLog);
  };
  let running = await start(-1);
  const { port } = running;
  closers.add(`nats-server ${name}`, () => running.stop(stopGraceMs));
  return {
    name,
    url: `nats://127.0.0.1:${port}`,
    clients: async () => {
      const answer = await fetch(`http://127.0.0.1:${monitor}/connz`);
      const { connections } = (await answer.json()) as { connections: { name?: string }[] };
      return connections.map(({ name: client = '' }) => client);
    },
    kill: async () => {
      process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
      await running.ended;
    },
    restart: async () => {
      running = await start(port);
    },
  };
}

async function untilJetStreamAnswers(url: string): Promise<void> {
  const nats = await connect({ servers: url });
  try {
    for (let isReady = false; !isReady; await delay(pollMs))
      isReady = await nats.jetstreamManager().then(
        () => true,
        () => false,
      );
  } finally {
    await nats.close();
  }
}

/** For what other servers are told before it runs. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
