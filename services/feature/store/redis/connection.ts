import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { MeshError } from '../../../kit/errors/mesh-error.ts';
import type { Closers } from '../../../kit/lifecycle/closers.ts';
import type { Log } from '../../../kit/log/log.ts';
import type { Reply } from './reply.ts';
import { isMissingScript, notConnected, replyFault } from './reply-fault.ts';
import { type ScriptName, scripts } from './scripts.ts';
import { checkServer } from './server-check.ts';

export interface ConnectionOptions {
  readonly url: string;
  readonly prefix: string;
  readonly allowVolatile: boolean;
  /** How long a command may take. */
  readonly timeoutMs: number;
  readonly log: Log;
}

export type Argument = string | number | Buffer;

const connectTimeoutMs = 5_000;
const firstRetryMs = 50;
const maxRetryMs = 2_000;
const closeGraceMs = 2_000;
/** How often a server that was refused is looked at again. */
const recheckMs = 2_000;

/**
 * One connection to a Redis server, made again for as long as the process lives. Commands fail at once while there is none, and after
 * their time-out; see reply-fault.ts for how. None is ever sent twice. Commands sent in one turn go in one round trip, in their order.
 */
export class Connection {
  /** Address of the server for messages, without credentials. */
  readonly place: string;
  readonly prefix: string;
  readonly #redis: Redis;
  readonly #options: ConnectionOptions;
  readonly #digests = new Map<ScriptName, string>();
  #checked: Promise<void> = Promise.resolve();
  #refusedAt: number | undefined;
  #lastError = 'not connected yet';
  #lastRefusal: Error | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.prefix = options.prefix;
    this.place = hostOf(options.url);
    this.#redis = new Redis(options.url, {
      protocol: 2,
      lazyConnect: true,
      connectionName: 'scoremesh-feature',
      connectTimeout: connectTimeoutMs,
      commandTimeout: options.timeoutMs,
      // A connection that went silent is given up with the commands that wait on it.
      socketTimeout: options.timeoutMs,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      // What waits for an answer when the connection is lost fails then.
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(firstRetryMs * 2 ** Math.min(times, 10), maxRetryMs),
      // After a failover the old server is a replica; the address leads to the new one.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.#redis.on('error', (error: Error) => this.#failed(error));
    this.#redis.on('close', () => this.#failed(new Error('the connection was lost')));
    this.#redis.on('ready', () => this.#check());
  }

  /** Resolves when it is connected to a server that will do. Closed with `closers`, also if that fails. */
  static async open(options: ConnectionOptions, closers: Closers): Promise<Connection> {
    const connection = new Connection(options);
    closers.add('connection to Redis', () => connection.#close());
    try {
      await connection.#redis.connect();
    } catch (error) {
      throw connection.#openingFault(error);
    }
    await connection.#checked;
    return connection;
  }

  /** Runs a script, whose first argument is the prefix. */
  async run(name: ScriptName, ...args: readonly Argument[]): Promise<Reply> {
    await this.#usable();
    const script = scripts[name];
    try {
      try {
        return (await this.#redis.callBuffer('EVALSHA', [
          this.#digest(name),
          0,
          this.prefix,
          ...args,
        ])) as Reply;
      } catch (error) {
        if (!isMissingScript(error)) throw error;
        return (await this.#redis.callBuffer('EVAL', [script, 0, this.prefix, ...args])) as Reply;
      }
    } catch (error) {
      throw replyFault(error, this.place);
    }
  }

  /** Sends a command on a key, which gets the prefix. */
  async send(command: string, key: string, ...args: readonly Argument[]): Promise<Reply> {
    await this.#usable();
    try {
      return (await this.#redis.callBuffer(command, [this.prefix + key, ...args])) as Reply;
    } catch (error) {
      throw replyFault(error, this.place);
    }
  }

  /** What the server says of itself. */
  async info(section: string): Promise<string> {
    await this.#usable();
    try {
      return await this.#redis.info(section);
    } catch (error) {
      throw replyFault(error, this.place);
    }
  }

  #digest(name: ScriptName): string {
    let digest = this.#digests.get(name);
    if (digest === undefined) {
      digest = digestOf(scripts[name]);
      this.#digests.set(name, digest);
    }
    return digest;
  }

  async #usable(): Promise<void> {
    if (this.#redis.status !== 'ready') throw notConnected(this.place, this.#lastError);
    if (this.#refusedAt !== undefined && performance.now() - this.#refusedAt > recheckMs) this.#check();
    await this.#checked;
  }

  /** Also after every reconnect: the server may have come back with other settings. */
  #check(): void {
    const { allowVolatile } = this.#options;
    const send = async (command: string, ...args: string[]): Promise<Reply> =>
      (await this.#redis.callBuffer(command, args)) as Reply;
    this.#refusedAt = undefined;
    this.#checked = checkServer(send, this.place, allowVolatile).catch((error: unknown) => {
      this.#refusedAt = performance.now();
      throw replyFault(error, this.place);
    });
    this.#checked.catch((error: unknown) => {
      this.#options.log.error('the Redis server can not be used', { server: this.place, error });
    });
  }

  #failed(error: Error): void {
    const why = error.message === '' ? error.name : error.message;
    if (why !== this.#lastError && this.#redis.status !== 'end')
      this.#options.log.warn('no connection to Redis; trying on', { server: this.place, why });
    // The reason for the first loss says more than those of the attempts to connect again that end with it.
    if (error.name === 'ReplyError') this.#lastRefusal = error;
    if (why !== 'the connection was lost' || this.#lastError === 'not connected yet') this.#lastError = why;
  }

  /** The client says only that it is closed: what the server or the system said before is the reason. */
  #openingFault(error: unknown): unknown {
    if (error instanceof Error && error.name === 'ReplyError') return replyFault(error, this.place);
    if (this.#lastRefusal !== undefined) return replyFault(this.#lastRefusal, this.place);
    return notConnected(this.place, this.#lastError);
  }

  async #close(): Promise<void> {
    const done = new AbortController();
    const limit = delay(closeGraceMs, undefined, { signal: done.signal }).catch(() => {});
    if (this.#redis.status === 'ready') await Promise.race([this.#redis.quit().catch(() => {}), limit]);
    done.abort();
    this.#redis.disconnect();
    this.#checked = Promise.reject(new MeshError('SHUTTING_DOWN', 'this process is stopping'));
    this.#checked.catch(() => {});
  }
}

/** Nothing else of the address is ever shown. */
function hostOf(url: string): string {
  if (URL.canParse(url)) return new URL(url).host;
  throw new MeshError(
    'CONFIG_INVALID',
    'the address of the Redis server can not be read; it is to be like redis://user:password@host:6379, with special characters of the password as %XX',
  );
}

function digestOf(script: string): string {
  return createHash('sha1').update(script).digest('hex');
}
