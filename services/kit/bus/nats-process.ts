import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { MeshError } from '../errors/mesh-error.ts';
import type { Log } from '../log/log.ts';

/** One run of nats-server. */
export interface NatsProcess {
  /** The port that it listens on. */
  readonly port: number;
  /** Resolves with a description when it has ended, whatever the cause. */
  readonly ended: Promise<string>;
  /** Ends it: politely, and after the grace time by force. Resolves when it has ended. */
  stop(graceMs: number): Promise<void>;
}

// The server must not outlive this process, however this ends. A shell holds one end of a pipe to this process: when that
// breaks it ends the server, which an orphan would otherwise survive, still writing to the same files.
const guardScript = `
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
{ read -r line <&3; kill -TERM $server; sleep 5; kill -KILL $server; } >/dev/null 2>&1 &
guard=$!
exec 3<&-
wait $server
status=$?
kill $guard 2>/dev/null
exit $status`;

const readyLimitMs = 20_000;
const keptLines = 5;

/**
 * Starts nats-server with this configuration file and waits until it takes connections. Fails NATS_UNAVAILABLE with its last
 * words if it ends before that. Its own Ctrl-C does not reach it: it runs in a process group of its own.
 */
export async function startNatsProcess(binary: string, configFile: string, log: Log): Promise<NatsProcess> {
  const child = spawn('/bin/sh', ['-c', guardScript, 'nats-guard', binary, '-c', configFile], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
  // Writing to a shell that has ended is no failure: that it has ended is told by its exit.
  child.stdin.on('error', () => {});
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const stop = async (graceMs: number): Promise<void> => {
    child.stdin.end();
    const limit = new AbortController();
    const late = delay(graceMs, 'late' as const, { signal: limit.signal }).catch(() => undefined);
    if ((await Promise.race([ended, late])) === 'late') killGroup(child);
    limit.abort();
    await ended;
  };
  try {
    return { port: await listeningPort(child.stderr, ended, log), ended, stop };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

/** Reads the server's log, for as long as it runs, until it says where it listens and that it is ready. */
function listeningPort(stderr: NodeJS.ReadableStream, ended: Promise<string>, log: Log): Promise<number> {
  return new Promise((resolve, reject) => {
    const lastLines: string[] = [];
    const fail = (what: string): void =>
      reject(
        new MeshError('NATS_UNAVAILABLE', `nats-server did not start (${what}): ${lastLines.join(' | ')}`),
      );
    const limit = setTimeout(() => fail(`not ready after ${readyLimitMs} ms`), readyLimitMs);
    ended.then((how) => {
      clearTimeout(limit);
      fail(how);
    });
    let port = 0;
    eachLine(stderr, (line) => {
      log.debug('nats-server', { line });
      lastLines.push(line);
      if (lastLines.length > keptLines) lastLines.shift();
      port = Number(/Listening for client connections on \S+:(\d+)/.exec(line)?.[1] ?? port);
      if (port === 0 || !line.includes('Server is ready')) return;
      clearTimeout(limit);
      resolve(port);
    });
  });
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') take(line.trim());
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself in this moment.
  }
}
