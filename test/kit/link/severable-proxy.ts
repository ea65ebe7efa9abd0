import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Closers } from '../../../services/kit/lifecycle/closers.ts';

/** A TCP proxy that can be cut like a cable: what dies behind it dies without a word. */
export interface SeverableProxy {
  readonly port: number;
  readonly address: string;
  /** Destroys every connection and refuses new ones until mended. */
  cut(): void;
  mend(): void;
  /** Connections that were accepted since the start. */
  connections(): number;
  /** Stops passing bytes on from callers, without closing anything; or goes on. */
  stall(stalled: boolean): void;
}

export async function startProxy(targetPort: () => number, closers: Closers): Promise<SeverableProxy> {
  const sockets = new Set<Socket>();
  const incoming = new Set<Socket>();
  let isCut = false;
  let accepted = 0;
  const server = createServer((socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    accepted += 1;
    const target = connect(targetPort(), '127.0.0.1');
    incoming.add(socket);
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        sockets.delete(one);
        incoming.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  closers.add('proxy', () => {
    server.close();
    destroyAll();
  });
  return {
    port,
    address: `127.0.0.1:${port}`,
    cut: () => {
      isCut = true;
      destroyAll();
    },
    mend: () => {
      isCut = false;
    },
    connections: () => accepted,
    stall: (stalled) => {
      for (const socket of incoming) {
        if (stalled) socket.unpipe();
        else throw new Error('a stalled proxy stays so');
      }
    },
  };
}
