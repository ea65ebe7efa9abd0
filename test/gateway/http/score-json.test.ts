import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  jobScoreRequestOf,
  outcomesOf,
  scoreRequestOf,
  scoreResponseJson,
} from '../../../gateway/http/score-json.ts';
import { messageCodec } from '../../../services/kit/contract/protos.ts';
import { isMeshError } from '../../../services/kit/errors/mesh-error.ts';
import { scoreResponse } from '../../kit/rpc/echo.ts';

const codec = messageCodec<object, object>('scoremesh.scoring.v1.ScoreRequest');
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const name = fc.string({ maxLength: 8 }).filter((key) => key !== '__proto__');
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const tensor = fc.record({
  datatype: fc.constantFrom('FP32', 'BYTES'),
  shape: fc.array(fc.nat(), { maxLength: 4 }),
  data: bytes,
});

/** A value in JSON with the message that it means. */
const value = fc.oneof(
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((number) => [number, { number, kind: 'number' }] as const),
  fc.string().map((text) => [text, { text, kind: 'text' }] as const),
  fc.boolean().map((flag) => [flag, { flag, kind: 'flag' }] as const),
  int64.map(
    (integer) => [{ integer: String(integer) }, { integer: String(integer), kind: 'integer' }] as const,
  ),
  tensor.map(
    ({ datatype, shape, data }) =>
      [
        { tensor: { datatype, shape, data: data.toString('base64') } },
        { tensor: { datatype, shape: shape.map(String), data }, kind: 'tensor' },
      ] as const,
  ),
);

describe('the body of a score', () => {
  it('means the request that it says', () => {
    fc.assert(
      fc.property(
        fc.dictionary(name, value, { noNullPrototype: true }),
        fc.dictionary(name, fc.string(), { noNullPrototype: true }),
        fc.string(),
        fc.boolean(),
        (inputs, entities, requestId, includeFeatures) => {
          const body = {
            request_id: requestId,
            entities,
            include_features: includeFeatures,
            inputs: Object.fromEntries(Object.entries(inputs).map(([key, [json]]) => [key, json])),
          };
          const request = scoreRequestOf('m', body);
          expect(request).toEqual({
            model: 'm',
            requestId,
            entities,
            includeFeatures,
            inputs: Object.fromEntries(Object.entries(inputs).map(([key, [, message]]) => [key, message])),
          });
        },
      ),
    );
  });

  it.each(['2001-02-01T12:30:00.5Z', '2001-02-01T06:30:00.5-06:00', 981030600500])(
    'reads features as of %j',
    (moment) => {
      expect(scoreRequestOf('m', { as_of: moment })).toMatchObject({ asOfEventTime: 981030600500 });
    },
  );

  it('is any JSON at all a valid request or refused with INVALID_REQUEST, never anything else', () => {
    const shaped = fc.record(
      {
        request_id: fc.jsonValue(),
        entities: fc.jsonValue(),
        inputs: fc.dictionary(fc.string(), fc.jsonValue()),
        include_features: fc.jsonValue(),
        as_of: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), shaped, fc.constant(undefined)), (body) => {
        try {
          codec.encode(scoreRequestOf('m', body));
        } catch (error) {
          if (!isMeshError(error)) throw error;
          expect(error.reason).toBe('INVALID_REQUEST');
          expect(error.details.violations!.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each(['9223372036854775808', '-9223372036854775809', '1.5', '', '0x1', ' 1'])(
    'refuses %j as an integer',
    (integer) => {
      expect(() => scoreRequestOf('m', { inputs: { x: { integer } } })).toThrow(
        expect.objectContaining({ reason: 'INVALID_REQUEST' }),
      );
    },
  );

  it.each([-1, 1.5, '2', null, 2 ** 60])('refuses %j as a dimension', (size) => {
    const body = { inputs: { x: { tensor: { datatype: 'FP32', shape: [size], data: '' } } } };
    expect(() => scoreRequestOf('m', body)).toThrow(expect.objectContaining({ reason: 'INVALID_REQUEST' }));
  });

  it('of a job may name a model, whichever: the subject counts', () => {
    const body = { request_id: 'r', inputs: { x: 1 } };
    for (const model of ['m', 'other', 1, null])
      expect(jobScoreRequestOf('m', { ...body, model })).toEqual(scoreRequestOf('m', body));
    for (const wrong of [
      { ...body, model: 'm' },
      { ...body, models: 'm' },
    ])
      expect(() => scoreRequestOf('m', wrong)).toThrow(/Unrecognized key/);
    expect(() => jobScoreRequestOf('m', { ...body, models: 'm' })).toThrow(/Unrecognized key/);
  });
});

describe('the body of outcomes', () => {
  it('names a prediction by its id or by the request_id', () => {
    const values = { a: true };
    const outcomes = [
      { prediction_id: 'p', values },
      { request_id: 'r', values },
    ];
    expect(outcomesOf({ outcomes })).toMatchObject([
      { predictionId: 'p', requestId: '' },
      { predictionId: '', requestId: 'r' },
    ]);
  });

  const at = (occurred_at: unknown) =>
    outcomesOf({ outcomes: [{ prediction_id: 'p', values: { a: true }, occurred_at }] })[0]!.occurredAt;

  it('has times to the millisecond, in any zone, before 1970 too', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          const { seconds, nanos } = at(date.toISOString())!;
          expect(Number(seconds) * 1000 + nanos / 1e6).toBe(date.getTime());
        },
      ),
    );
    expect(at('1969-12-31T23:59:59.500Z')).toEqual({ seconds: '-1', nanos: 500_000_000 });
    expect(at('2026-01-31T12:00:00+02:00')).toEqual({
      seconds: String(Date.UTC(2026, 0, 31, 10) / 1000),
      nanos: 0,
    });
    expect(at(undefined)).toBeNull();
  });

  it.each(['2026-02-30T00:00:00Z', '2026-01-31', 'now', 5, '2026-01-31T25:00:00Z', '2026-01-31T12:00:00'])(
    'refuses %j as a time',
    (time) => {
      expect(() => at(time)).toThrow(expect.objectContaining({ reason: 'INVALID_REQUEST' }));
    },
  );
});

describe('an answer as JSON', () => {
  const outputs = (given: object) =>
    (
      scoreResponseJson({ ...scoreResponse('p'), outputs: { y: given as never } }) as {
        outputs: { y: unknown };
      }
    ).outputs.y;

  it.each([
    [{ number: 0.5, kind: 'number' }, 0.5],
    [{ number: Number.NaN, kind: 'number' }, 'NaN'],
    [{ number: Number.NEGATIVE_INFINITY, kind: 'number' }, '-Infinity'],
    [{ integer: '42', kind: 'integer' }, 42],
    [{ integer: '9007199254740993', kind: 'integer' }, { integer: '9007199254740993' }],
    [{ text: 'late', kind: 'text' }, 'late'],
    [{ flag: false, kind: 'flag' }, false],
    [
      { tensor: { datatype: 'FP32', shape: ['1', '2'], data: Buffer.from([1, 2]) }, kind: 'tensor' },
      { tensor: { datatype: 'FP32', shape: [1, 2], data: 'AQI=' } },
    ],
    [{}, null],
  ])('says %o as %j', (given, json) => {
    expect(outputs(given)).toEqual(json);
  });

  it('survives JSON, whatever it is', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (values) => {
        const response = {
          ...scoreResponse('p'),
          outputs: Object.fromEntries(
            Object.entries(values).map(([key, [, message]]) => [key, message as never]),
          ),
        };
        const json = JSON.parse(JSON.stringify(scoreResponseJson(response)));
        expect(Object.keys(json.outputs)).toEqual(Object.keys(response.outputs));
      }),
    );
  });

  it('shows features with status, time and age', () => {
    const feature = {
      name: 'v.f',
      status: 'FEATURE_STATUS_PRESENT' as const,
      value: { number: 1, kind: 'number' as const },
      eventTime: { seconds: '-1', nanos: 500_000_000 },
      ingestTime: null,
      ageMs: '12',
    };
    expect(scoreResponseJson({ ...scoreResponse('p'), features: [feature] })).toMatchObject({
      features: [
        { name: 'v.f', status: 'PRESENT', value: 1, event_time: '1969-12-31T23:59:59.500Z', age_ms: 12 },
      ],
    });
    expect(scoreResponseJson(scoreResponse('p'))).not.toHaveProperty('features');
  });
});
