import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/scoremesh.js', import.meta.url));
/** The flags of bin/scoremesh.js, for processes that are compared with it. */
export const nodeFlags = ['--min-semi-space-size=16', '--max-semi-space-size=64'];

/** A process under measurement. */
export interface Subject {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts `scoremesh` and resolves with its gRPC port when it says that it is ready. */
export function startScoremesh(
  command: 'up' | 'serve',
  env: Readonly<Record<string, string>>,
): Promise<Subject> {
  const child = spawn(process.execPath, [...nodeFlags, program, command], {
    env: {
      ...process.env,
      SCOREMESH_GRPC_PORT: '0',
      SCOREMESH_HTTP_PORT: '0',
      SCOREMESH_METRICS_PORT: '0',
      SCOREMESH_LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return ready(child, command === 'up' ? /gRPC +[^ ]+:(\d+)/ : /gRPC [^ ]+:(\d+)/);
}

/** Resolves with the port that a line of the process's output names. */
export function ready(child: ChildProcess, pattern: RegExp): Promise<Subject> {
  started.add(child);
  child.once('exit', () => started.delete(child));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the process ended with ${code} before it was ready`)));
    if (child.stdout === null) throw new Error('no output to read');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, port] = pattern.exec(line) ?? [];
      if (port === undefined || child.pid === undefined) return;
      resolve({ pid: child.pid, port: Number(port), stop: () => stop(child) });
    });
  });
}

const patienceMs = 30_000;

/** Asks the process to end, and ends it if it doesn't. */
function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const impatient = setTimeout(() => {
      console.error(`process ${child.pid} did not stop in ${patienceMs / 1000} s; it is killed`);
      child.kill('SIGKILL');
    }, patienceMs);
    child.removeAllListeners('exit');
    child.once('exit', () => {
      clearTimeout(impatient);
      started.delete(child);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** Those that still run. */
const started = new Set<ChildProcess>();

/** From now on a bench that is interrupted leaves nothing behind. */
export function stopWithThisProcess(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      for (const child of started) child.kill('SIGKILL');
      process.exit(1);
    });
}

const ticksPerSecond = 100;

/** CPU seconds, user and system, that the processes have used; of all their threads. */
export function cpuSeconds(subjects: readonly Subject[]): number {
  return subjects.reduce((sum, { pid }) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }, 0);
}

/** Resident memory in MiB: the process's own, and pages of files that it has mapped (the index), which the system may drop. */
export function residentMiB({ pid }: Pick<Subject, 'pid'>): { readonly own: number; readonly files: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, own] = /RssAnon:\s+(\d+) kB/.exec(status) ?? [];
  const [, files] = /RssFile:\s+(\d+) kB/.exec(status) ?? [];
  return { own: Number(own) / 1024, files: Number(files) / 1024 };
}
