import type { Call } from '../contract/call.ts';
import type { Client, Contract, Method } from '../contract/contract.ts';
import type { Placement } from './instruments.ts';
import { methodAt, type Served, type ServedMethod } from './served.ts';
import type { Transport } from './transport.ts';

/** A direct call in this process; messages are passed by reference. Costs about nothing. */
export function localTransport(services: readonly Served[]): Transport {
  const found = new Map<Method, ServedMethod>();
  const at = (method: Method): ServedMethod => {
    let served = found.get(method);
    if (served === undefined) {
      served = methodAt(services, method.path);
      found.set(method, served);
    }
    return served;
  };
  return {
    isLocal: true,
    unary: (method, request, call) => at(method).unary(request, call, 'local'),
    serverStream: (method, request, call) => at(method).serverStream(request, call, 'local'),
    bidi: (method, requests, call) => at(method).bidi(requests, call, 'local'),
  };
}

/**
 * Sends every message through encode and decode on its way to `inner`, so that defaults, missing fields and shared objects
 * can't differ from the wire. For tests.
 */
export function throughCodec(inner: Transport): Transport {
  const request = (method: Method, message: object): object =>
    method.request.decode(method.request.encode(message));
  const response = (method: Method, message: object): object =>
    method.response.decode(method.response.encode(message));
  return {
    unary: async (method, message, call) =>
      response(method, await inner.unary(method, request(method, message), call)),
    serverStream: async function* (method, message, call) {
      for await (const answer of inner.serverStream(method, request(method, message), call))
        yield response(method, answer);
    },
    bidi: async function* (method, messages, call) {
      const encoded = (async function* () {
        for await (const message of messages) yield request(method, message);
      })();
      for await (const answer of inner.bidi(method, encoded, call)) yield response(method, answer);
    },
  };
}

/** Delivers each call of an idempotent method twice at once and answers with the first: it must make no difference. For tests. */
export function twice(inner: Transport): Transport {
  return {
    ...inner,
    unary: async (method, request, call) => {
      if (!method.idempotent) return inner.unary(method, request, call);
      const both = [inner.unary(method, request, call), inner.unary(method, request, call)] as const;
      await Promise.allSettled(both);
      return both[0];
    },
  };
}

/** A served contract as an edge of this process calls it: recorded as coming from there, without a client's span. */
export function edgeClient<H, D>(
  contract: Contract<H, D>,
  services: readonly Served[],
  placement: Placement,
): Client<Contract<H, D>> {
  const entries = [...contract.methods().values()].map((method) => {
    const served = methodAt(services, method.path);
    const call =
      method.kind === 'unary' ? served.unary : method.kind === 'bidi' ? served.bidi : served.serverStream;
    return [method.name, (input: never, context: Call) => call(input, context, placement)];
  });
  return Object.fromEntries(entries) as Client<Contract<H, D>>;
}
