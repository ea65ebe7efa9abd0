import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protos } from '../../../services/kit/contract/protos.ts';
import {
  decodeRequestFrame,
  decodeResponseFrame,
  encodeRequestFrame,
  encodeResponseFrame,
  type LinkReply,
} from '../../../services/kit/link/frames.ts';

interface Generic {
  serialize(message: object): Buffer;
  deserialize(bytes: Buffer): never;
}
const generic = (name: string): Generic => protos()[name] as never;
const requests = generic('scoremesh.link.v1.ConnectRequest');
const responses = generic('scoremesh.link.v1.ConnectResponse');
const statuses = generic('google.rpc.Status');

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const requestFrame = fc.record({
  calls: fc.array(
    fc.record({
      id: uint32,
      method: uint32,
      timeoutUs: uint32,
      request: bytes,
      traceparent: text,
      tracestate: text,
      principal: text,
    }),
  ),
  cancelled: fc.array(uint32),
  expired: fc.array(uint32),
});
const status = fc.record({ code: fc.integer({ min: 0, max: 16 }), message: text });
const hello = fc.record({ version: uint32, maxInFlight: uint32, methods: fc.array(text) });
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a request frame', () => {
  it('is read by the generic codec as it was written', () => {
    fc.assert(
      fc.property(requestFrame, (frame) => {
        expect(plain(requests.deserialize(encodeRequestFrame(frame)))).toEqual(plain(frame));
      }),
    );
  });

  it('that the generic codec wrote is read alike', () => {
    fc.assert(
      fc.property(requestFrame, (frame) => {
        expect(plain(decodeRequestFrame(requests.serialize(frame)))).toEqual(plain(frame));
      }),
    );
  });
});

describe('a response frame', () => {
  const frames = fc.record({
    replies: fc.array(
      fc.record({ id: uint32, response: bytes, status: fc.option(status, { nil: undefined }) }),
    ),
    hello: fc.option(hello, { nil: undefined }),
    draining: fc.boolean(),
  });

  it('is read by the generic codec as it was written', () => {
    fc.assert(
      fc.property(frames, ({ replies, ...rest }) => {
        const written: LinkReply[] = replies.map(({ id, response, status: error }) => ({
          id,
          response,
          error: error === undefined ? undefined : statuses.serialize(error),
        }));
        const read = responses.deserialize(encodeResponseFrame({ replies: written, ...rest }));
        expect(plain(read)).toEqual(
          plain({
            replies: replies.map(({ id, response, status: error }) =>
              error === undefined
                ? { id, response, error: null }
                : { id, response: Buffer.alloc(0), error: { ...error, details: [] } },
            ),
            hello: rest.hello ?? null,
            draining: rest.draining,
          }),
        );
      }),
    );
  });

  it('that the generic codec wrote is read alike', () => {
    fc.assert(
      fc.property(frames, ({ replies, ...rest }) => {
        const encoded = responses.serialize({
          ...rest,
          replies: replies.map(({ id, response, status: error }) => ({ id, response, error })),
        });
        const read = decodeResponseFrame(encoded);
        expect(plain(read.hello ?? null)).toEqual(plain(rest.hello ?? null));
        expect(read.draining).toBe(rest.draining);
        expect(read.replies.map(({ id, response }) => [id, Buffer.from(response)])).toEqual(
          replies.map(({ id, response }) => [id, response]),
        );
        expect(
          read.replies.map(({ error }) =>
            error === undefined ? undefined : plain(statuses.deserialize(Buffer.from(error))),
          ),
        ).toEqual(
          replies.map(({ status: error }) => (error === undefined ? undefined : { ...error, details: [] })),
        );
      }),
    );
  });
});

describe('bytes that are not a frame', () => {
  it.each([
    ['a request frame', decodeRequestFrame],
    ['a response frame', decodeResponseFrame],
  ])('are refused or read as %s, never anything else', (_what, decode) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (garbage) => {
        try {
          decode(Buffer.from(garbage));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('that are a frame cut short are refused, or read as what is whole of it', () => {
    fc.assert(
      fc.property(requestFrame, fc.double({ min: 0, max: 1, noNaN: true }), (frame, share) => {
        const encoded = encodeRequestFrame(frame);
        try {
          const read = decodeRequestFrame(encoded.subarray(0, Math.floor(encoded.length * share)));
          expect(read.calls.length).toBeLessThanOrEqual(frame.calls.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });

  it('that nest groups without end are refused', () => {
    expect(() => decodeRequestFrame(Buffer.alloc(100_000, 0x0b))).toThrow();
  });
});
