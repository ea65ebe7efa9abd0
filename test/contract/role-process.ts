import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../../bin/scoremesh.js', import.meta.url));

/** A real process that hosts one role. */
export interface RoleProcess {
  readonly name: string;
  readonly grpcPort: number;
  readonly httpPort: number | undefined;
  readonly metricsPort: number;
  /** The last lines that it wrote to standard error: its log. */
  log(): readonly string[];
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: it stands still, with its connections open, until it is thawed. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on the same ports. */
  restart(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
}

export async function startRole(name: string, env: Readonly<Record<string, string>>): Promise<RoleProcess> {
  let running = await launch(name, env, {
    SCOREMESH_GRPC_PORT: '0',
    SCOREMESH_HTTP_PORT: '0',
    SCOREMESH_METRICS_PORT: '0',
  });
  const { grpcPort, httpPort, metricsPort } = running;
  const ports = {
    SCOREMESH_GRPC_PORT: String(grpcPort),
    SCOREMESH_METRICS_PORT: String(metricsPort),
    ...(httpPort === undefined ? {} : { SCOREMESH_HTTP_PORT: String(httpPort) }),
  };
  return {
    name,
    grpcPort,
    httpPort,
    metricsPort,
    log: () => running.log,
    kill: () => end(running.child, 'SIGKILL').then(() => {}),
    freeze: () => void running.child.kill('SIGSTOP'),
    thaw: () => void running.child.kill('SIGCONT'),
    restart: async () => {
      for (let tries = 1; ; tries += 1)
        try {
          running = await launch(name, env, ports);
          return;
        } catch (error) {
          // While it was away the system may have given one of its ports to a connection, for a moment.
          if (tries === maxTries || !(error as Error).message.includes('EADDRINUSE')) throw error;
          await delay(tries * 100);
        }
    },
    stop: () => end(running.child, 'SIGTERM'),
  };
}

const maxLogLines = 200;
const maxTries = 20;

interface Launched {
  readonly child: ChildProcess;
  readonly log: readonly string[];
  readonly grpcPort: number;
  readonly httpPort: number | undefined;
  readonly metricsPort: number;
}

/** Resolves when the process says where it listens. A gateway says so when it is ready. */
async function launch(
  name: string,
  env: Readonly<Record<string, string>>,
  ports: Readonly<Record<string, string>>,
): Promise<Launched> {
  const child = spawn(process.execPath, [program, 'serve'], {
    env: {
      PATH: process.env.PATH ?? '',
      SCOREMESH_ROLES: name,
      SCOREMESH_LOG_LEVEL: 'error',
      ...ports,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    if (log.length > maxLogLines) log.shift();
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [, grpc] = /gRPC [^ ]+:(\d+)/.exec(line) ?? [];
    const [, metrics] = /metrics [^ ]+:(\d+)/.exec(line) ?? [];
    const [, http] = /HTTP [^ ]+:(\d+)/.exec(line) ?? [];
    if (grpc === undefined || metrics === undefined) continue;
    child.stdout.resume();
    return {
      child,
      log,
      grpcPort: Number(grpc),
      metricsPort: Number(metrics),
      httpPort: http === undefined ? undefined : Number(http),
    };
  }
  throw new Error(`the ${name} process ended before it was ready: ${log.join('\n')}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}
