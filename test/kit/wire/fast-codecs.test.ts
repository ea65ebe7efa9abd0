import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { fastCodecs, protos } from '../../../services/kit/contract/protos.ts';

/** The generic codec: what the fast one has to agree with. */
function generic(name: string): { serialize(message: object): Buffer; deserialize(bytes: Buffer): object } {
  return protos()[name] as never;
}

const finite = fc.double({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ minLength: 120, maxLength: 140 }),
);
const tensor = fc.record({ datatype: text, shape: fc.array(int64), data: bytes });
const value = fc.oneof(
  finite.map((number) => ({ number, kind: 'number' })),
  int64.map((integer) => ({ integer, kind: 'integer' })),
  text.map((content) => ({ text: content, kind: 'text' })),
  fc.boolean().map((flag) => ({ flag, kind: 'flag' })),
  tensor.map((content) => ({ tensor: content, kind: 'tensor' })),
  fc.constant({}),
);
const map = <T>(of: fc.Arbitrary<T>) =>
  fc.dictionary(
    fc.string({ maxLength: 8 }).filter((key) => key !== '__proto__'),
    of,
    { noNullPrototype: true },
  );
const timestamp = fc.record({ seconds: int64, nanos: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) });
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const request = fc.record({
  model: text,
  requestId: text,
  entities: map(text),
  inputs: map(value),
  includeFeatures: fc.boolean(),
});
const status = fc.constantFrom(
  'FEATURE_STATUS_UNSPECIFIED',
  'FEATURE_STATUS_PRESENT',
  'FEATURE_STATUS_OUTSIDE_MAX_AGE',
);
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });

const messages: Record<string, fc.Arbitrary<object>> = {
  'scoremesh.scoring.v1.ScoreRequest': request,
  'scoremesh.scoring.v1.ScoreResponse': fc.record({
    predictionId: text,
    model: orNull(fc.record({ name: text, version: uint32, digest: text, alias: text })),
    outputs: map(value),
    features: fc.array(
      fc.record({
        name: text,
        value: orNull(value),
        status,
        eventTime: orNull(timestamp),
        ingestTime: orNull(timestamp),
        ageMs: int64,
      }),
      { maxLength: 4 },
    ),
    receipt: orNull(fc.record({ logIndex: uint64, leafHash: bytes })),
  }),
  'scoremesh.audit.v1.RefusalSummary': fc.record({
    second: finite,
    code: uint32,
    reason: text,
    model: text,
    count: uint32,
  }),
  'scoremesh.feature.v1.GetFeaturesResponse': fc.record({
    digest: text,
    blocks: fc.array(fc.record({ datatype: text, features: uint32, data: bytes })),
    statuses: bytes,
    eventTimes: bytes,
    ingestTimes: bytes,
    asOf: finite,
  }),
  'scoremesh.inference.v1.RequestInput': fc
    .record({
      name: text,
      type: text,
      allowNotFinite: fc.boolean(),
      description: text,
      bounds: orNull(fc.record({ min: finite, max: finite })),
    })
    .map(({ bounds, ...rest }) =>
      bounds === null ? rest : { ...rest, ...bounds, _min: 'min', _max: 'max' },
    ),
  'inference.InferTensorContents': fc.record({
    boolContents: fc.array(fc.boolean()),
    intContents: fc.array(fc.integer()),
    int64Contents: fc.array(int64),
    uintContents: fc.array(uint32),
    uint64Contents: fc.array(uint64),
    fp32Contents: fc.array(fc.float({ noNaN: true })),
    fp64Contents: fc.array(finite),
    bytesContents: fc.array(bytes),
  }),
};

describe.each(Object.keys(messages))('the fast codec of %s', (name) => {
  const fast = fastCodecs.ofMessage(name);

  it('reads what the generic codec writes, as the generic codec reads it', () => {
    fc.assert(
      fc.property(messages[name]!, (message) => {
        const encoded = generic(name).serialize(message);
        expect(fast.decode(encoded)).toEqual(generic(name).deserialize(encoded));
      }),
    );
  });

  it('writes what the generic codec reads back as the same message', () => {
    fc.assert(
      fc.property(messages[name]!, (message) => {
        const encoded = fast.encode(message);
        expect(generic(name).deserialize(encoded)).toEqual(
          generic(name).deserialize(generic(name).serialize(message)),
        );
        expect(fast.encode(fast.decode(encoded))).toEqual(encoded);
      }),
    );
  });

  it('refuses or reads any bytes, and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        try {
          fast.decode(garbage);
        } catch (error) {
          expect((error as Error).message).toMatch(/malformed Protobuf bytes/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a message that is cut short, or reads what is whole of it', () => {
    fc.assert(
      fc.property(messages[name]!, fc.double({ min: 0, max: 1, noNaN: true }), (message, share) => {
        const encoded = fast.encode(message);
        const cut = encoded.subarray(0, Math.floor(encoded.length * share));
        try {
          fast.decode(cut);
        } catch (error) {
          expect((error as Error).message).toMatch(/malformed Protobuf bytes/);
        }
      }),
    );
  });
});

describe('the fast codec', () => {
  it('writes the same bytes whatever the order of a map', () => {
    const codec = fastCodecs.ofMessage('scoremesh.scoring.v1.ScoreRequest');
    const one = codec.encode({ entities: { origin: 'ORD', destination: 'SFO' } });
    expect(codec.encode({ entities: { destination: 'SFO', origin: 'ORD' } })).toEqual(one);
  });

  it('keeps a map key that would set a prototype', () => {
    const codec = fastCodecs.ofMessage('scoremesh.scoring.v1.ScoreRequest');
    const hostile = protobuf.Writer.create()
      .uint32(26)
      .fork()
      .uint32(10)
      .string('__proto__')
      .uint32(18)
      .string('x')
      .ldelim()
      .finish();
    const { entities } = codec.decode(hostile) as { entities: Record<string, string> };
    expect(Object.keys(entities)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(entities)).toBe(Object.prototype);
  });

  it('has the integers that are keys of a map as decimal text, and writes them by their size', () => {
    const name = 'inference.ModelDynamicBatching';
    const fast = fastCodecs.ofMessage(name);
    const policy = (maxQueueSize: number) => ({
      timeoutAction: 'DELAY',
      defaultTimeoutMicroseconds: '1',
      allowTimeoutOverride: true,
      maxQueueSize,
    });
    const policies = { '18446744073709551615': policy(1), '0': policy(2), '9': policy(3), '10': policy(4) };
    // The generic codec writes such keys, but reads them as text that is not theirs.
    const encoded = generic(name).serialize({ priorityQueuePolicy: policies });
    const read = fast.decode(encoded) as { priorityQueuePolicy: object };
    expect(read.priorityQueuePolicy).toEqual(policies);
    const reread = fast.decode(fast.encode(read)) as { priorityQueuePolicy: object };
    expect(reread).toEqual(read);
    const backwards = Object.fromEntries(Object.entries(policies).reverse());
    expect(fast.encode({ ...read, priorityQueuePolicy: backwards })).toEqual(fast.encode(read));
  });

  it('takes the last of several members of a oneof', () => {
    const codec = fastCodecs.ofMessage('scoremesh.scoring.v1.Value');
    const both = Buffer.concat([codec.encode({ number: 1.5 }), codec.encode({ text: 'last' })]);
    expect(codec.decode(both)).toEqual({ text: 'last', kind: 'text' });
  });

  it('refuses a message of more parts than allowed, whatever they are', () => {
    const codec = fastCodecs.ofMessage('inference.ModelInferRequest');
    const parameter = Buffer.from([0x22, 3, 0x0a, 1, 0x61]);
    const input = Buffer.from([0x2a, 0]);
    const raw = Buffer.from([0x3a, 0]);
    for (const [part, weight] of [
      [parameter, 16],
      [input, 16],
      [raw, 1],
    ] as const) {
      const bytes = Buffer.concat([part, part, part]);
      expect(() => codec.decode(bytes, 3 * weight)).not.toThrow();
      expect(() => codec.decode(bytes, 3 * weight - 1)).toThrow(`more than ${3 * weight - 1} parts`);
    }
    expect(() => codec.decode(Buffer.concat([parameter, input, raw]), 32)).toThrow('more than 32 parts');
  });

  it('refuses packed numbers and entries that take bytes of the field behind them', () => {
    const contents = fastCodecs.ofMessage('inference.InferTensorContents');
    // Five bytes are said to be floats, the second of which would end in the field that follows.
    const floats = Buffer.from([0x32, 5, 0, 0, 128, 63, 0, 0x42, 1, 0x61]);
    expect(() => contents.decode(floats)).toThrow('beyond its message');
    const request = fastCodecs.ofMessage('scoremesh.scoring.v1.ScoreRequest');
    const whole = request.encode({
      model: '',
      requestId: '',
      entities: { a: 'b' },
      inputs: {},
      includeFeatures: false,
    });
    const short = Buffer.from(whole);
    short[1] = (short[1] ?? 0) - 1;
    expect(() => request.decode(short)).toThrow('beyond its message');
  });

  it('passes over fields that it does not know', () => {
    const codec = fastCodecs.ofMessage('scoremesh.scoring.v1.Receipt');
    const unknown = protobuf.Writer.create()
      .uint32(99 * 8)
      .uint32(7)
      .uint32(98 * 8 + 2)
      .string('x')
      .uint32(8)
      .uint32(5)
      .finish();
    expect(codec.decode(unknown)).toMatchObject({ logIndex: '5' });
  });
});
