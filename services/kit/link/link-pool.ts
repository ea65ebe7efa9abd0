import { type Call, remainingMs } from '../contract/call.ts';
import { MeshError } from '../errors/mesh-error.ts';
import type { Closers } from '../lifecycle/closers.ts';
import type { Log } from '../log/log.ts';
import { type GrpcChannel, openChannel } from '../rpc/grpc-transport.ts';
import type { Transport } from '../rpc/transport.ts';
import { resolveAddresses } from './addresses.ts';
import { Link } from './link.ts';

export interface LinkPoolConfig {
  /** Who is called, for messages, e.g. "feature". */
  readonly role: string;
  /** "host:port" or a list of them; a DNS name stands for each of its records. */
  readonly addresses: string;
  readonly maxMessageBytes: number;
}

/** A remote role: unary methods over links, streams over ordinary gRPC on the same connections. */
export interface LinkPool extends Transport {
  /** Undefined when some instance answers. */
  unreachable(): MeshError | undefined;
  /** Ordinary gRPC calls to one instance, for methods that links don't carry. */
  readonly control: Transport;
}

interface Instance {
  readonly link: Link;
  readonly channel: GrpcChannel;
}

const resolveEveryMs = 10_000;
/** How long a call waits for a first link; nothing has been sent, so waiting is safe for every method. */
const connectWaitMs = 500;
const maxWaiting = 4096;

/** One link to each instance; the less loaded of two picked at random gets the call; one that is down is left out. */
export async function openLinkPool(
  config: LinkPoolConfig,
  log: Log,
  closers: Closers,
  find?: (host: string) => Promise<string[]>,
): Promise<LinkPool> {
  const instances = new Map<string, Instance>();
  const waiting = new Set<() => void>();
  let ready: readonly Instance[] = [];
  let closed = false;
  const wake = (): void => {
    ready = [...instances.values()].filter(({ link }) => link.ready);
    for (const resolve of waiting) resolve();
    waiting.clear();
  };

  const refresh = async (): Promise<void> => {
    const wanted = await resolveAddresses(config.addresses, find);
    if (closed) return;
    // A name server that is down for a moment must not tear down links that work.
    if (wanted.length === 0) return;
    for (const address of wanted) {
      if (instances.has(address)) continue;
      const channel = openChannel(address, config);
      instances.set(address, { channel, link: new Link(address, channel.client, config, log, wake) });
    }
    for (const [address, instance] of instances) {
      if (wanted.includes(address)) continue;
      instances.delete(address);
      wake();
      void instance.link.close().finally(() => instance.channel.close());
    }
  };
  await refresh();
  const timer = setInterval(() => void refresh(), resolveEveryMs).unref();
  closers.add(`links to ${config.role}`, async () => {
    closed = true;
    clearInterval(timer);
    await Promise.all(
      [...instances.values()].map(({ link, channel }) => link.close().finally(() => channel.close())),
    );
    instances.clear();
    wake();
  });

  const unreachable = (): MeshError | undefined => {
    if (ready.length > 0) return undefined;
    const why = [...instances.values()].map(({ link }) => `${link.address} (${link.lastError})`).join(', ');
    return new MeshError(
      'ROLE_UNREACHABLE',
      `no instance of the ${config.role} role answers at ${config.addresses}: ${why || 'the name does not resolve'}`,
      { retryAfterMs: 200, metadata: { role: config.role } },
    );
  };

  const waitForOne = async (call: Call): Promise<Instance> => {
    const until = performance.now() + Math.min(connectWaitMs, remainingMs(call));
    for (;;) {
      const picked = pick(ready);
      if (picked !== undefined) return picked;
      const leftMs = until - performance.now();
      if (leftMs <= 0 || waiting.size >= maxWaiting) throw unreachable();
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timeout);
          waiting.delete(done);
          resolve();
        };
        const timeout = setTimeout(done, leftMs);
        waiting.add(done);
      });
    }
  };

  const streams: Pick<Transport, 'serverStream' | 'bidi'> = {
    serverStream: async function* (method, request, call) {
      const { channel } = await waitForOne(call);
      yield* channel.serverStream(method, request, call);
    },
    bidi: async function* (method, requests, call) {
      const { channel } = await waitForOne(call);
      yield* channel.bidi(method, requests, call);
    },
  };
  const control: Transport = {
    ...streams,
    unary: async (method, request, call) => (await waitForOne(call)).channel.unary(method, request, call),
  };

  return {
    ...streams,
    control,
    unreachable,
    unary: (method, request, call) => {
      const picked = pick(ready);
      if (picked !== undefined) return picked.link.unary(method, request, call);
      return waitForOne(call).then(({ link }) => link.unary(method, request, call));
    },
  };
}

/** The less loaded of two picked at random (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing"). */
function pick(candidates: readonly Instance[]): Instance | undefined {
  const [only] = candidates;
  if (candidates.length <= 1) return only;
  const first = Math.floor(Math.random() * candidates.length);
  const second = (first + 1 + Math.floor(Math.random() * (candidates.length - 1))) % candidates.length;
  const a = candidates[first];
  const b = candidates[second];
  if (a === undefined || b === undefined) return only;
  return a.link.load <= b.link.load ? a : b;
}
