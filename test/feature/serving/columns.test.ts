import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entityColumns } from '../../../services/feature/feast/entity-columns.ts';
import type { EntityColumns__Output } from '../../../services/gen/scoremesh/feature/v1/EntityColumns.ts';
import type { GetFeaturesRequest__Output } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import { integer, noon, number, text } from '../arrivals.ts';
import { type Row, requestOf, type Started, startFeatures, testCall } from '../fixture.ts';
import { full, report, travel } from '../travel.ts';

const airports = [
  'ORD',
  'LAX',
  'nowhere',
  'Ö',
  'an airport with a name beyond what is short',
  '日本',
  'a',
  'b',
];
const row = fc.record({
  entities: fc.record({ airport: fc.constantFrom(...airports), hour: fc.constantFrom('7', '12') }),
  inputs: fc.record(
    {
      minute: fc.constantFrom(number(425), integer('720')),
      factor: fc.constantFrom(number(0.5), number(-3)),
      label: fc.constantFrom(text('x'), text('—')),
    },
    { requiredKeys: ['minute'] },
  ),
  offset: fc.integer({ min: -3, max: 0 }),
});

/** The same request with its rows in columns. */
function inColumns(request: GetFeaturesRequest__Output): GetFeaturesRequest__Output {
  const columns = entityColumns(request.rows);
  const moments = request.rows.flatMap(({ asOfEventTime }) => asOfEventTime ?? []);
  const asOfEventTimes = Buffer.from(new Float64Array(moments).buffer);
  return { ...request, rows: [], columns: { ...columns, asOfEventTimes }, _columns: 'columns' };
}

async function startTravel(): Promise<Started> {
  const started = await startFeatures(travel);
  const { ingest, clock } = started;
  await ingest(
    report(full, noon - 7_200_000),
    report({ mean: number(3), hour: integer(12) }, noon - 3_600_000),
    ...airports.map((airport) =>
      report({ airport: text(airport), hour: integer(7), seats: integer(5) }, noon),
    ),
  );
  clock.now += 1000;
  return started;
}

test('rows in columns are answered with the bits that they have as rows, read once and read again', async () => {
  const { handlers } = await startTravel();
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.constantFrom('everything', 'means', 'derived', 'shares', 'filled'),
      fc.boolean(),
      async (rows, set, ownMoments) => {
        const asked: Row[] = rows.map(({ entities, inputs, offset }) => ({
          entities,
          inputs,
          ...(ownMoments ? { at: noon + offset * 1_800_000 } : {}),
        }));
        const request = requestOf(set, asked);
        for (let again = 0; again < 2; again++) {
          const answer = await handlers.GetFeatures(request, testCall());
          expect(await handlers.GetFeatures(inColumns(request), testCall())).toEqual(answer);
        }
      },
    ),
    { numRuns: 80 },
  );
});

test('rows in columns are joined as rows are', async () => {
  const { handlers } = await startTravel();
  const asked = [0, -2, -1].map((hours) => ({
    entities: { airport: 'ORD', hour: '7' },
    at: noon + hours * 3_600_000,
  }));
  const request = requestOf('everything', asked);
  const joined = async (batch: GetFeaturesRequest__Output) => {
    async function* batches() {
      yield { batch };
    }
    const answers = [];
    for await (const answer of handlers.BuildTrainingSet(batches(), testCall())) answers.push(answer);
    return answers;
  };
  expect(await joined(inColumns(request))).toEqual(await joined(request));
});

const good = entityColumns(
  requestOf('', [{ entities: { airport: 'ORD' } }, { entities: { airport: 'LAX' } }]).rows,
);
const airport = (keys: Buffer): Partial<EntityColumns__Output> => ({ keys: [{ name: 'airport', keys }] });
const packed = good.keys[0]!.keys;

test.each<[string, Partial<EntityColumns__Output>, string, string]>([
  ['none', { rows: 0 }, 'INVALID_REQUEST', 'rows: there are 0'],
  ['too many', { rows: 10_001 }, 'INVALID_REQUEST', 'rows: there are 10001'],
  [
    'cut short',
    airport(packed.subarray(0, -1)),
    'INVALID_REQUEST',
    'columns.keys.airport: ends before the key of row 1',
  ],
  [
    'cut in a size',
    airport(packed.subarray(0, 9)),
    'INVALID_REQUEST',
    'ends before the key of row 1; there are 2',
  ],
  [
    'too long',
    airport(Buffer.concat([packed, packed])),
    'INVALID_REQUEST',
    'has more than the keys of 2 rows',
  ],
  [
    'of another name',
    { keys: [{ name: 'port', keys: packed }] },
    'ENTITY_MISSING',
    'row 0 names no entity "airport"',
  ],
  [
    'empty',
    airport(Buffer.from([3, 0, 0, 0, 65, 65, 65, 0, 0, 0, 0])),
    'ENTITY_MISSING',
    'row 1 names no entity',
  ],
  [
    'not printable',
    airport(Buffer.from([1, 0, 0, 0, 65, 1, 0, 0, 0, 7])),
    'INVALID_REQUEST',
    'columns.keys.airport[1]: has a control character',
  ],
  [
    'there twice',
    { keys: [good.keys[0]!, good.keys[0]!] },
    'INVALID_REQUEST',
    'columns.keys[1].name: was named before',
  ],
  [
    'of other moments',
    { asOfEventTimes: Buffer.alloc(8) },
    'INVALID_REQUEST',
    'columns.as_of_event_times: has 8 bytes for 2 rows',
  ],
  [
    'of no moments',
    { asOfEventTimes: Buffer.from(new Float64Array([noon, Number.NaN]).buffer) },
    'INVALID_REQUEST',
    'columns.as_of_event_times[1]: is no moment',
  ],
  [
    'of fewer inputs',
    { inputs: [{ name: 'x', values: [number(1)] }] },
    'INVALID_REQUEST',
    'columns.inputs[0].values: holds 1 values for 2 rows',
  ],
])('columns that are %s are refused by name', async (_, change, reason, message) => {
  const { handlers } = await startFeatures(travel);
  const request = { ...requestOf('means', []), columns: { ...good, ...change } };
  await expect(handlers.GetFeatures(request, testCall())).rejects.toMatchObject({
    reason,
    message: expect.stringContaining(message),
  });
});

test('columns beside rows are refused', async () => {
  const { handlers } = await startFeatures(travel);
  const request = { ...requestOf('means', [{ entities: { airport: 'ORD' } }]), columns: good };
  await expect(handlers.GetFeatures(request, testCall())).rejects.toMatchObject({
    reason: 'INVALID_REQUEST',
    message: expect.stringContaining('columns: are given beside rows'),
  });
});
