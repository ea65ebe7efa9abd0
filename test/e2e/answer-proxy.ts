import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy between a client and a gateway that can lose answers: what was asked is done, and nobody hears of it. */
export interface AnswerProxy {
  readonly address: string;
  /** From now on requests pass and answers do not, on the connections that there are. */
  hold(): void;
  /** Those connections break, with the answers that were held. New ones pass everything. */
  lose(): void;
  close(): Promise<void>;
}

export async function startAnswerProxy(target: string): Promise<AnswerProxy> {
  const { hostname, port } = new URL(`http://${target}`);
  const pairs = new Set<{ readonly caller: Socket; readonly answerer: Socket }>();
  const server = createServer((caller) => {
    const answerer = connect(Number(port), hostname);
    const pair = { caller, answerer };
    pairs.add(pair);
    for (const socket of [caller, answerer]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        caller.destroy();
        answerer.destroy();
      });
    }
    caller.pipe(answerer);
    answerer.pipe(caller);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lose = (): void => {
    for (const { caller } of pairs) caller.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => {
      for (const { answerer } of pairs) answerer.unpipe();
    },
    lose,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      lose();
      await closed;
    },
  };
}
