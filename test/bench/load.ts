import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectAnswer, framed, send } from './grpc-frame.ts';
import { percentile } from './report.ts';

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
 * Drives a gRPC method with h2load (Debian nghttp2-client), or without it from this process, at ten times the cost. Fails if any
 * request failed on the level of HTTP, or if one call beforehand is not answered OK.
 */
export async function drive(load: Load): Promise<LoadResult> {
  await expectAnswer(load.port, load.path, load.message);
  return hasH2load() ? driveByH2load(load) : driveFromHere(load);
}

/** Debian's package of it is nghttp2-client. */
const h2load = 'h2load';
let found: boolean | undefined;

function hasH2load(): boolean {
  if (found !== undefined) return found;
  found = spawnSync(h2load, ['--version'], { stdio: 'ignore' }).status === 0;
  if (!found)
    console.error(
      'h2load is not there (apt-get install nghttp2-client): this process makes the load, and takes time from what it measures',
    );
  return found;
}

/** Each of `inFlight` callers waits for its answer before it asks again. */
async function driveFromHere(load: Load): Promise<LoadResult> {
  const sessions = Array.from({ length: load.connections }, () => connect(`http://127.0.0.1:${load.port}`));
  const frame = framed(load.message);
  const times: number[] = [];
  let left = load.requests;
  const caller = async (index: number): Promise<void> => {
    const session = sessions[index % sessions.length];
    while (session !== undefined && left-- > 0) {
      const sentAt = performance.now();
      const status = await send(session, { ':path': load.path, ...load.headers }, frame);
      if (status === '-1') throw new Error('requests failed: a stream ended without a status');
      times.push(performance.now() - sentAt);
    }
  };
  const startedAt = performance.now();
  try {
    await Promise.all(Array.from({ length: load.inFlight }, (_, index) => caller(index)));
    const seconds = (performance.now() - startedAt) / 1000;
    return { rate: times.length / seconds, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
  } finally {
    for (const session of sessions) session.close();
  }
}

async function driveByH2load(load: Load): Promise<LoadResult> {
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
    const output = await run(h2load, args);
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
    .map((line) => Number(line.split('\t')[2]) / 1000);
  return { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('exit', () => resolve(output));
  });
}
