import { expect, test } from 'vitest';
import { type ErrorDetails, MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { integer, noon, number, text } from '../arrivals.ts';
import { type Row, requestOf, startFeatures, testCall } from '../fixture.ts';
import { full, ord, report, travel } from '../travel.ts';

async function refusal(
  reading: Promise<unknown>,
): Promise<{ reason: string; message: string } & ErrorDetails> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MeshError)) throw error ?? new Error('it was not refused');
  return { reason: error.reason, message: error.message, ...error.details };
}

test('a set that is unknown is refused with those there are', async () => {
  const { read } = await startFeatures(travel);
  expect(await refusal(read('mean', [ord]))).toMatchObject({
    reason: 'FEATURE_SET_NOT_FOUND',
    message: 'no feature set is called "mean"; there are derived, everything, filled, means, shares, wanted',
  });
  expect(await refusal(read('mean@sha256:0', [ord]))).toMatchObject({ reason: 'FEATURE_SET_NOT_FOUND' });
});

test('a version of a set that never was is refused with the current one', async () => {
  const { read } = await startFeatures(travel);
  const { digest } = await read('means', [ord]);
  expect(await refusal(read('means@sha256:0', [ord]))).toMatchObject({
    reason: 'FEATURE_SET_CHANGED',
    message: expect.stringContaining(`its current one is ${digest}`),
  });
  const { digest: other } = await read('everything', [ord]);
  expect(await refusal(read(`means@${other}`, [ord]))).toMatchObject({ reason: 'FEATURE_SET_CHANGED' });
});

test('features that are unknown are refused with those there are', async () => {
  const { read } = await startFeatures(travel);
  expect(await refusal(read(['airport.mean', 'airfield.mean'], [ord]))).toMatchObject({
    reason: 'FEATURE_VIEW_NOT_FOUND',
    message: 'features[1]: no feature view is called "airfield"; there are airport, recent, route, system',
  });
  expect(await refusal(read(['airport.mean', 'airport.median'], [ord]))).toMatchObject({
    reason: 'FEATURE_VIEW_NOT_FOUND',
    message: 'features[1]: view airport has no feature "median"; it has rate, mean, seats, open, city',
    metadata: { view: 'airport', feature: 'median' },
  });
  for (const name of ['airport', 'airfield', 'airport.mean.x', 'airport.', '.mean', ''])
    expect(await refusal(read([name], [ord]))).toMatchObject({
      reason: 'INVALID_REQUEST',
      message: expect.stringContaining('is not of the form "view.feature"'),
    });
  const { message } = await refusal(read([`airport.${'x'.repeat(10_000)}`], [ord]));
  expect(message.length).toBeLessThan(300);
  await read(['airport.mean', 'airport.seats'], [ord]);
  expect(await refusal(read(['airport.mean\nairport.seats'], [ord]))).toMatchObject({
    reason: 'INVALID_REQUEST',
  });
  expect(await refusal(read(new Array(1001).fill('airport.mean'), [ord]))).toMatchObject({
    message: expect.stringContaining('at most 1000'),
  });
});

test('a request that names neither a set nor features is refused, saying that it must', async () => {
  const { read } = await startFeatures(travel);
  const neither = {
    reason: 'INVALID_REQUEST',
    message: 'feature_set: is empty; name a feature set, or features as "view.feature"',
  };
  expect(await refusal(read('', [ord]))).toMatchObject(neither);
  expect(await refusal(read([], [ord]))).toMatchObject(neither);
});

test('a set and features beside it are refused', async () => {
  const { handlers } = await startFeatures(travel);
  const request = { ...requestOf('means', [ord]), features: ['airport.mean'] };
  expect(await refusal(handlers.GetFeatures(request, testCall()))).toMatchObject({
    reason: 'INVALID_REQUEST',
    message: expect.stringMatching(/^features:/),
  });
});

test.each([0, 10_001])('a read of %d rows is refused', async (count) => {
  const { read } = await startFeatures(travel);
  expect(await refusal(read('means', new Array<Row>(count).fill(ord)))).toMatchObject({
    reason: 'INVALID_REQUEST',
    message: expect.stringContaining(`there are ${count}`),
  });
});

test('a read of more values than fit is refused', async () => {
  const { read } = await startFeatures(travel);
  const features = new Array<string>(101).fill('airport.mean');
  expect(await refusal(read(features, new Array<Row>(9_901).fill(ord)))).toMatchObject({
    reason: 'INVALID_REQUEST',
    message: expect.stringContaining('1000000'),
  });
});

test.each([
  ['is missing', {}],
  ['is empty', { airport: '', hour: '7' }],
  ['is a name that every object has', { hour: '7' }],
])('a row whose key %s is refused with the keys it needs', async (_, entities) => {
  const { read } = await startFeatures(travel);
  expect(await refusal(read('everything', [ord, { entities }]))).toMatchObject({
    reason: 'ENTITY_MISSING',
    message: 'row 1 names no entity "airport"; feature set everything needs airport, hour',
    metadata: { entity: 'airport', feature_set: 'everything', row: '1' },
  });
  expect(await refusal(read(['route.mean'], [{ entities }]))).toMatchObject({
    reason: 'ENTITY_MISSING',
    message: expect.stringContaining('these features need airport, hour'),
  });
});

test('a key that no event can have is refused without being told', async () => {
  const { read } = await startFeatures(travel);
  for (const airport of ['x'.repeat(257), 'OR\0D', 'ORD\n', '\ud800']) {
    const told = await refusal(read('means', [{ entities: { airport } }]));
    expect(told).toMatchObject({
      reason: 'INVALID_REQUEST',
      violations: [{ field: 'rows[0].entities.airport' }],
    });
    expect(told.message).not.toContain(airport);
  }
  await read('means', [{ entities: { airport: 'Ö'.repeat(256) } }]);
});

test('inputs that do not fit their types are refused, all at once and without their values', async () => {
  const { read } = await startFeatures(travel);
  const inputs = { minute: text('noon'), factor: number(Number.NaN), label: number(1234.5) };
  const told = await refusal(
    read('derived', [
      { ...ord, inputs: { minute: integer(1) } },
      { ...ord, inputs },
    ]),
  );
  expect(told).toMatchObject({
    reason: 'INVALID_REQUEST',
    violations: [
      { field: 'rows[1].inputs.minute' },
      { field: 'rows[1].inputs.factor' },
      { field: 'rows[1].inputs.label' },
    ],
  });
  expect(told.message).not.toMatch(/1234|noon/);
});

test('a key that is made of an input that is missing is refused with the inputs', async () => {
  const { read } = await startFeatures(travel);
  expect(await refusal(read('derived', [{ entities: { airport: 'ORD' } }]))).toMatchObject({
    reason: 'ENTITY_MISSING',
    message: expect.stringMatching(/^row 0: key "hour" .* give minute, factor, label$/),
  });
});

test.each([
  ['NaN', Number.NaN],
  ['infinite', Number.NEGATIVE_INFINITY],
  ['beyond what dates hold', -8.64e15 - 2],
])('a moment that is %s is refused', async (_, moment) => {
  const { read } = await startFeatures(travel);
  const noMoment = (field: string) => ({
    reason: 'INVALID_REQUEST',
    violations: [{ field, description: 'is no moment in Unix milliseconds' }],
  });
  expect(await refusal(read('means', [ord], { of: moment }))).toMatchObject(noMoment('as_of_event_time'));
  expect(await refusal(read('means', [ord], { known: moment }))).toMatchObject(noMoment('as_of_ingest_time'));
  expect(await refusal(read('means', [ord, { ...ord, at: moment }]))).toMatchObject(
    noMoment('rows[1].as_of_event_time'),
  );
});

test('a moment in the future is refused', async () => {
  const { read } = await startFeatures(travel);
  const future = { reason: 'INVALID_REQUEST', message: expect.stringContaining('is in the future') };
  expect(await refusal(read('means', [ord], { of: noon + 300_001 }))).toMatchObject(future);
  expect(await refusal(read('means', [{ ...ord, at: 1e15 }]))).toMatchObject(future);
});

test('a value that is absent and must not be is refused', async () => {
  const { read, ingest } = await startFeatures(travel);
  expect(await refusal(read('wanted', [ord]))).toMatchObject({
    reason: 'FEATURE_ABSENT',
    message: expect.stringMatching(/^row 0: feature airport.mean was not found and set wanted/),
    metadata: { feature: 'airport.mean', feature_set: 'wanted', row: '0' },
  });
  await ingest(report());
  expect(await refusal(read('wanted', [ord]))).toMatchObject({
    reason: 'FEATURE_ABSENT',
    message: expect.stringMatching(/^row 0: feature airport.mean is null and/),
  });
});

test('a value that is too old and must not be is refused', async () => {
  const { read, ingest, clock } = await startFeatures(travel);
  await ingest(report(full));
  clock.now += 2 * 3_600_000;
  await read('wanted', [ord]);
  clock.now += 1;
  expect(await refusal(read('wanted', [ord]))).toMatchObject({
    reason: 'FEATURE_STALE',
    message: expect.stringMatching(/^row 0: feature recent.mean_6h is older than its maximum age/),
    metadata: { feature: 'recent.mean_6h', feature_set: 'wanted', row: '0' },
  });
});

test('an expression that can not be computed is refused by its name, without values', async () => {
  const { read } = await startFeatures(travel);
  const rows = [
    { ...ord, inputs: { minute: integer(1) } },
    { ...ord, inputs: { minute: integer(0) } },
  ];
  expect(await refusal(read('shares', rows))).toMatchObject({
    reason: 'FEATURE_EXPRESSION_FAILED',
    message: expect.stringMatching(/^row 1: share can't be computed/),
    metadata: { expression: 'share', row: '1' },
  });
});

test('a transform that is null and must not be is refused', async () => {
  const { read } = await startFeatures(travel);
  expect(await refusal(read('shares', [ord]))).toMatchObject({
    reason: 'FEATURE_ABSENT',
    message: expect.stringContaining('feature share is null'),
  });
});
