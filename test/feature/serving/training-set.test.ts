import { expect, test } from 'vitest';
import type { BuildTrainingSetResponse__Output } from '../../../services/gen/scoremesh/feature/v1/BuildTrainingSetResponse.ts';
import type { GetFeaturesRequest__Output } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { noon, number } from '../arrivals.ts';
import { requestOf, type Started, startFeatures, testCall, unpack } from '../fixture.ts';
import { full, ord, report, travel } from '../travel.ts';

function build(
  { handlers }: Started,
  batches: Iterable<GetFeaturesRequest__Output | null> | AsyncIterable<GetFeaturesRequest__Output | null>,
  call = testCall(),
): AsyncIterator<BuildTrainingSetResponse__Output> {
  async function* sent() {
    for await (const batch of batches) yield { batch };
  }
  return handlers.BuildTrainingSet(sent(), call)[Symbol.asyncIterator]();
}

const meansOf = ({ value }: IteratorResult<BuildTrainingSetResponse__Output>) =>
  unpack(value.batch).map(([mean]) => mean!.value);

test('batches are answered in order, each row as of its moment, with the bits of GetFeatures', async () => {
  const started = await startFeatures(travel);
  await started.ingest(...[1, 2, 3, 4].map((mean) => report({ mean: number(mean) }, noon - 10 + mean)));
  const rowsOf = (...moments: number[]) => moments.map((at) => ({ ...ord, at: noon - 10 + at }));
  const requests = [rowsOf(3, 1, 0), rowsOf(2), rowsOf(4, 4)].map((rows) => requestOf('means', rows));
  const built = build(started, requests);
  for (const request of requests) {
    const { value } = await built.next();
    expect(value.batch).toEqual(await started.handlers.GetFeatures(request, testCall()));
  }
  expect(await built.next()).toMatchObject({ done: true });
});

test('a whole stream of batches sees what was known when its first came, and the set as it was', async () => {
  const started = await startFeatures(travel);
  await started.ingest(report({ mean: number(1) }, noon - 1));
  const batch = requestOf('means', [ord]);
  const built = build(started, [batch, batch, batch]);
  const first = await built.next();
  expect(meansOf(first)).toEqual([1]);
  await started.ingest(report({ mean: number(2) }, noon - 1));
  expect(await built.next()).toEqual(first);
  await started.declare('sets: { means: { features: [airport.seats] } }');
  expect(await built.next()).toEqual(first);
  expect(meansOf(await build(started, [batch]).next())).toEqual([0n]);
});

test('a stream can ask for what was known earlier', async () => {
  const started = await startFeatures(travel);
  const { ingestTime } = await started.ingest(report({ mean: number(1) }));
  await started.ingest(report({ mean: number(2) }));
  const built = build(started, [requestOf('means', [ord], { known: ingestTime })]);
  expect(meansOf(await built.next())).toEqual([1]);
});

test.each([
  ['another set', requestOf('everything', [ord])],
  ['features beside the set', requestOf(['airport.mean'], [ord])],
  ['another time of knowledge', requestOf('means', [ord], { known: 5 })],
])('a batch of %s than the first is refused', async (_, other) => {
  const started = await startFeatures(travel);
  const built = build(started, [requestOf('means', [ord]), other]);
  await built.next();
  await expect(built.next()).rejects.toMatchObject({
    reason: 'INVALID_REQUEST',
    message: expect.stringContaining('names another feature set'),
  });
});

test('a batch that is missing or has no rows is refused', async () => {
  const started = await startFeatures(travel);
  await expect(build(started, [null]).next()).rejects.toMatchObject({ reason: 'INVALID_REQUEST' });
  await expect(build(started, [requestOf('means', [])]).next()).rejects.toThrow('rows: there are 0');
});

test('many rows leave the event loop to others, and a caller who goes away ends the work', async () => {
  const started = await startFeatures(travel);
  await started.ingest(report(full));
  const rows = new Array(5_000).fill(ord);
  const call = startCall({ timeoutMs: 60_000, principal: 'test' });
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const built = build(started, [requestOf('everything', rows), requestOf('everything', rows)], call);
  const { value } = await built.next();
  clearInterval(counting);
  expect(value.batch.statuses).toHaveLength(5_000 * 7);
  expect(turns).toBeGreaterThan(2);
  call.cancellation.cancel(new MeshError('CALL_CANCELLED', 'gone'));
  await expect(built.next()).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
});

test('values of training sets are counted as those of reads', async () => {
  const started = await startFeatures(travel);
  await started.ingest(report(full));
  const built = build(started, [requestOf('means', [ord, { entities: { airport: 'JFK' } }])]);
  await built.next();
  await built.return?.();
  expect(started.metrics.value('scoremesh_feature_values_total{means,PRESENT}')).toBe(3);
  expect(started.metrics.value('scoremesh_feature_values_total{means,NOT_FOUND}')).toBe(1);
});
