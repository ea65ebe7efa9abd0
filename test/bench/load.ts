import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectAnswer, framed } from './grpc-frame.ts';

/** What to call, and how hard. */
export interface Load {
  readonly port: number;
  /** "/pkg.Service/Method". */
  readonly path: string;
  /** One serialized request. */
  readonly message: Uint8Array;
  readonly requests: number;
  readonly connections: number;
  readonly inFlight: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LoadResult {
  /** Requests per second. */
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Drives a gRPC method with h2load (Debian nghttp2-client), which costs a tenth of a JS client. Fails if any request failed on
 * the level of HTTP, or if one call beforehand is not answered OK.
 */
export async function drive(load: Load): Promise<LoadResult> {
  await expectAnswer(load.port, load.path, load.message);
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-load-'));
  const body = join(folder, 'body');
  const log = join(folder, 'log');
  writeFileSync(body, framed(load.message));
  const headers = { 'content-type': 'application/grpc', te: 'trailers', ...load.headers };
  const args = [
    ...[
      '-n',
      String(load.requests),
      '-c',
      String(load.connections),
      '-m',
      String(Math.ceil(load.inFlight / load.connections)),
    ],
    ...['-d', body, `--log-file=${log}`],
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    `http://127.0.0.1:${load.port}${load.path}`,
  ];
  try {
    const output = await run('h2load', args);
    const [, rate] = /finished in [^,]+, ([\d.]+) req\/s/.exec(output) ?? [];
    const [, succeeded] = /(\d+) succeeded/.exec(output) ?? [];
    if (rate === undefined || Number(succeeded) !== load.requests)
      throw new Error(`h2load: requests failed\n${output}`);
    return { rate: Number(rate), ...percentiles(readFileSync(log, 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each line of the log: start time, HTTP status, microseconds. */
function percentiles(log: string): { p50Ms: number; p99Ms: number } {
  const times = log
    .trimEnd()
    .split('\n')
    .map((line) => Number(line.split('\t')[2]))
    .sort((a, b) => a - b);
  const at = (share: number): number => (times[Math.floor(times.length * share)] ?? Number.NaN) / 1000;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (error) =>
      reject(new Error(`${command} can't be run (${error.message}): apt-get install nghttp2-client`)),
    );
    child.once('exit', () => resolve(output));
  });
}
