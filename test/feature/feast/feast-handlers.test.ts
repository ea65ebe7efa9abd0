import { describe, expect, it } from 'vitest';
import { createFeastHandlers } from '../../../services/feature/feast/feast-handlers.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { ask, type ColumnOf, call, fakeReads, texts } from './fake-reads.ts';

const noTime = { seconds: '0', nanos: 0 };
const oneCount: readonly ColumnOf[] = [{ datatype: 'INT64', cells: [[1, 7n, 1000]] }];
const list = (...val: string[]): { features: { val: string[] } } => ({ features: { val } });

describe('GetOnlineFeatures', () => {
  it('asks for the named features of each row and answers entities first', async () => {
    const reads = fakeReads([
      {
        datatype: 'FP64',
        cells: [
          [1, 1.5, 2000],
          [1, 2.5, 3000],
        ],
      },
    ]);
    const answer = await ask(reads, { ...list('delays:mean'), entities: { origin: texts('ORD', 'LAX') } });
    expect(reads.asked).toEqual([
      {
        featureSet: '',
        features: ['delays.mean'],
        rows: [
          { entities: { origin: 'ORD' }, inputs: {} },
          { entities: { origin: 'LAX' }, inputs: {} },
        ],
      },
    ]);
    expect(answer.metadata?.featureNames?.val).toEqual(['origin', 'mean']);
    expect(answer.results).toEqual([
      {
        values: [
          { stringVal: 'ORD', val: 'stringVal' },
          { stringVal: 'LAX', val: 'stringVal' },
        ],
        statuses: ['PRESENT', 'PRESENT'],
        eventTimestamps: [noTime, noTime],
      },
      {
        values: [
          { doubleVal: 1.5, val: 'doubleVal' },
          { doubleVal: 2.5, val: 'doubleVal' },
        ],
        statuses: ['PRESENT', 'PRESENT'],
        eventTimestamps: [
          { seconds: '2', nanos: 0 },
          { seconds: '3', nanos: 0 },
        ],
      },
    ]);
  });

  it('answers each type in its own member, in the order asked for, though columns come in blocks', async () => {
    const columns: ColumnOf[] = [
      {
        datatype: 'FP32',
        cells: [
          [1, 0.5],
          [1, 1.5],
        ],
      },
      {
        datatype: 'FP32',
        cells: [
          [1, 2.5],
          [1, 3.5],
        ],
      },
      {
        datatype: 'FP64',
        cells: [
          [1, 0.1],
          [1, 0.2],
        ],
      },
      {
        datatype: 'INT64',
        cells: [
          [1, 9007199254740993n],
          [1, -2n],
        ],
      },
      {
        datatype: 'BOOL',
        cells: [
          [1, true],
          [1, false],
        ],
      },
      {
        datatype: 'BYTES',
        cells: [
          [1, 'Zürich'],
          [1, ''],
        ],
      },
      {
        datatype: 'BYTES',
        cells: [
          [1, 'a'],
          [1, 'b'],
        ],
      },
      {
        datatype: 'FP32',
        cells: [
          [1, 4.5],
          [1, 5.5],
        ],
      },
    ];
    const names = columns.map((_, index) => `v:f${index}`);
    const { results } = await ask(fakeReads(columns), {
      ...list(...names),
      entities: { k: texts('x', 'y') },
    });
    expect(results.slice(1).map(({ values }) => values)).toEqual([
      [
        { floatVal: 0.5, val: 'floatVal' },
        { floatVal: 1.5, val: 'floatVal' },
      ],
      [
        { floatVal: 2.5, val: 'floatVal' },
        { floatVal: 3.5, val: 'floatVal' },
      ],
      [
        { doubleVal: 0.1, val: 'doubleVal' },
        { doubleVal: 0.2, val: 'doubleVal' },
      ],
      [
        { int64Val: '9007199254740993', val: 'int64Val' },
        { int64Val: '-2', val: 'int64Val' },
      ],
      [
        { boolVal: true, val: 'boolVal' },
        { boolVal: false, val: 'boolVal' },
      ],
      [
        { stringVal: 'Zürich', val: 'stringVal' },
        { stringVal: '', val: 'stringVal' },
      ],
      [
        { stringVal: 'a', val: 'stringVal' },
        { stringVal: 'b', val: 'stringVal' },
      ],
      [
        { floatVal: 4.5, val: 'floatVal' },
        { floatVal: 5.5, val: 'floatVal' },
      ],
    ]);
  });

  it('tells all four statuses, with times, and a value only where there is one', async () => {
    const cells = (there: number | string, none: number | string): ColumnOf['cells'] => [
      [1, there, 1000],
      [2, none, 2000],
      [3, none],
      [4, none, 3000],
    ];
    const reads = fakeReads([
      { datatype: 'FP64', cells: cells(1, Number.NaN) },
      { datatype: 'INT64', cells: cells(1, 0) },
      { datatype: 'BYTES', cells: cells('1', '') },
    ]);
    const { results } = await ask(reads, {
      ...list('v:a', 'v:b', 'v:c'),
      entities: { k: texts('1', '2', '3', '4') },
    });
    for (const { statuses, values, eventTimestamps } of results.slice(1)) {
      expect(statuses).toEqual(['PRESENT', 'NULL_VALUE', 'NOT_FOUND', 'OUTSIDE_MAX_AGE']);
      expect(eventTimestamps.map(({ seconds }) => seconds)).toEqual(['1', '2', '0', '3']);
      expect(values[0]).toHaveProperty('val');
      expect(values.slice(1)).toEqual([{}, {}, {}]);
    }
  });

  it('carries the values that the set declares for absence and age, zeros too', async () => {
    const cells: ColumnOf['cells'] = [
      [2, 0],
      [3, 0],
      [4, 0],
    ];
    const reads = fakeReads(
      [
        { datatype: 'INT64', cells },
        { datatype: 'INT64', cells },
        {
          datatype: 'FP32',
          cells: [
            [2, Number.NaN],
            [3, Number.NaN],
            [4, Number.NaN],
          ],
        },
      ],
      { name: 's', features: ['v.a', 'v.b', 'v.c'], filledWhenAbsent: [0], filledWhenStale: [1, 2] },
    );
    const { results } = await ask(reads, {
      featureService: 's',
      requestContext: { i: texts('1', '2', '3') },
    });
    const zero = { int64Val: '0', val: 'int64Val' };
    expect(results.map(({ values }) => values)).toEqual([
      [zero, zero, {}],
      [{}, {}, zero],
      // An old value that is served, and is null.
      [{}, {}, {}],
    ]);
  });

  it.each([
    [1_700_000_000_123, '1700000000', 123_000_000],
    [1_700_000_000_000.5, '1700000000', 500_000],
    [-1.5, '-1', 998_500_000],
  ])('tells the event time %d in seconds and nanoseconds', async (time, seconds, nanos) => {
    const reads = fakeReads([{ datatype: 'INT64', cells: [[1, 1n, time]] }]);
    const { results } = await ask(reads, list('v:f'));
    expect(results[0]?.eventTimestamps).toEqual([{ seconds, nanos }]);
  });

  it('reads a set in the version that was listed, its inputs from either place', async () => {
    const reads = fakeReads([...oneCount, ...oneCount], {
      name: 'flights',
      digest: 'sha256:ab',
      features: ['delays.count', 'hour_sin'],
      entities: ['origin'],
      inputs: [
        { name: 'minute', datatype: 'FP64', description: '' },
        { name: 'carrier', datatype: 'BYTES', description: '' },
        { name: 'late', datatype: 'BOOL', description: '' },
        { name: 'seats', datatype: 'INT64', description: '' },
        { name: 'gate', datatype: 'BYTES', description: '' },
      ],
    });
    const answer = await ask(reads, {
      featureService: 'flights@sha256:ab',
      entities: {
        origin: { val: [{ int64Val: '-42' }] },
        minute: { val: [{ doubleVal: 0.5 }] },
        // No key of the set and no input of it.
        weather: { val: [{ boolVal: true }] },
      },
      requestContext: {
        carrier: texts('UA'),
        late: { val: [{ boolVal: false }] },
        seats: { val: [{ int32Val: 12 }] },
        gate: { val: [{ nullVal: 'NULL' }] },
      },
      fullFeatureNames: true,
    });
    expect(reads.asked).toEqual([
      {
        featureSet: 'flights@sha256:ab',
        features: [],
        rows: [
          {
            entities: { origin: '-42' },
            inputs: {
              minute: { kind: 'number', number: 0.5 },
              carrier: { kind: 'text', text: 'UA' },
              late: { kind: 'flag', flag: false },
              seats: { kind: 'integer', integer: '12' },
            },
          },
        ],
      },
    ]);
    expect(answer.metadata?.featureNames?.val).toEqual([
      'origin',
      'minute',
      'weather',
      'delays__count',
      'hour_sin',
    ]);
  });

  it('takes keys that are text, 64-bit and 32-bit integers', async () => {
    const reads = fakeReads([
      {
        datatype: 'INT64',
        cells: [
          [1, 1n],
          [1, 1n],
          [1, 1n],
          [1, 1n],
        ],
      },
    ]);
    await ask(reads, {
      ...list('v:f'),
      entities: {
        k: { val: [{ stringVal: '007' }, { int64Val: '9223372036854775807' }, { int32Val: -7 }, {}] },
      },
    });
    expect(reads.asked[0]?.rows.map(({ entities }) => entities)).toEqual([
      { k: '007' },
      { k: '9223372036854775807' },
      { k: '-7' },
      // Whether a null key is missed, the read says.
      {},
    ]);
  });

  it('reads one row if there are no columns, and none if they are empty', async () => {
    const reads = fakeReads(oneCount);
    expect((await ask(reads, list('system:count'))).results).toHaveLength(1);
    expect(reads.asked).toHaveLength(1);
    const answer = await ask(reads, { ...list('v:f'), entities: { k: { val: [] } } });
    expect(answer.metadata?.featureNames?.val).toEqual(['k', 'f']);
    expect(answer.results).toEqual([
      { values: [], statuses: [], eventTimestamps: [] },
      { values: [], statuses: [], eventTimestamps: [] },
    ]);
    expect(reads.asked).toHaveLength(1);
  });

  it('passes the call on, with its deadline and trace', async () => {
    const reads = fakeReads(oneCount, { name: 's', features: ['v.f'] });
    await ask(reads, { featureService: 's' });
    expect(reads.calls).toEqual([call, call]);
    expect(reads.calls.every((passed) => passed === call)).toBe(true);
  });

  it('answers what the read refuses with its own error', async () => {
    const reads = fakeReads(oneCount);
    const refused = new MeshError('FEATURE_VIEW_NOT_FOUND', 'no feature view is called "v"');
    const asking = ask({ ...reads, GetFeatures: () => Promise.reject(refused) }, list('v:f'));
    await expect(asking).rejects.toBe(refused);
  });
});

it('GetFeastServingInfo tells the version of the software', async () => {
  const handlers = createFeastHandlers(fakeReads([]), '1.2.3');
  expect(await handlers.GetFeastServingInfo({}, call)).toEqual({ version: '1.2.3' });
});
