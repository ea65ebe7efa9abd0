import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cancelledByCaller } from '../../../services/kit/contract/call.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { arrival, arrivals, arrivalViews, field, text, viewOf } from '../arrivals.ts';
import { startIngest, testCall } from './started-ingest.ts';

const many = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => arrival(`${prefix}${index}`));

test('requests that come while a commit is on its way share the next, each whole and in order', async () => {
  const { ingest, store, told } = await startIngest();
  const release = store.hold();
  const held = store.held();
  const first = ingest.store([arrival('a')], testCall());
  await held;
  const others = [ingest.store(many('b', 3), testCall()), ingest.store(many('c', 2), testCall())];
  release();
  const [b, c] = await Promise.all(others);
  expect(await first).toMatchObject({ stored: 1 });
  expect(b).toMatchObject({ stored: 3 });
  expect(c).toMatchObject({ stored: 2, ingestTime: b?.ingestTime });
  expect(store.commits.map(({ events }) => events)).toEqual([1, 5]);
  expect(told.map(({ events }) => events.map(({ id }) => id))).toEqual([
    ['a'],
    ['b0', 'b1', 'b2', 'c0', 'c1'],
  ]);
});

test('a commit holds at most 20000 events, and every request is stored', async () => {
  const { ingest, store } = await startIngest();
  const release = store.hold();
  const held = store.held();
  const sent = [ingest.store([arrival('first')], testCall())];
  await held;
  for (const prefix of ['a', 'b', 'c', 'd', 'e']) sent.push(ingest.store(many(prefix, 9000), testCall()));
  release();
  await Promise.all(sent);
  expect(store.commits.map(({ events }) => events)).toEqual([1, 18_000, 18_000, 9000]);
});

test('what was stored is told before the request is answered, without the duplicates', async () => {
  const { ingest, told } = await startIngest();
  await ingest.store([arrival('a')], testCall());
  const answer = await ingest.store([arrival('a'), arrival('b'), arrival('b')], testCall());
  expect(answer).toMatchObject({ stored: 1, duplicates: 2 });
  expect(told[1]?.events.map(({ id }) => id)).toEqual(['b']);
  expect(told[1]?.ingestTimeMs).toBe(answer.ingestTime);
});

test('a request that nobody wants any more when its turn comes is not stored', async () => {
  const { ingest, store, metrics } = await startIngest();
  const call = testCall();
  const gone = ingest.store([arrival('a')], call);
  const wanted = ingest.store([arrival('b')], testCall());
  call.cancellation.cancel(cancelledByCaller());
  await expect(gone).rejects.toMatchObject({ reason: 'CALL_CANCELLED' });
  expect(await wanted).toMatchObject({ stored: 1 });
  expect(store.events.map(({ id }) => id)).toEqual(['b']);
  expect(metrics.value('scoremesh_feature_events_total{arrivals,failed}')).toBe(1);
});

test('a commit that fails fails its requests, and the next is stored', async () => {
  const { ingest, store, told } = await startIngest();
  store.failNext(new MeshError('FEATURE_STORE_FULL', 'full'));
  const failed = [ingest.store([arrival('a')], testCall()), ingest.store([arrival('b')], testCall())];
  for (const { status } of await Promise.allSettled(failed)) expect(status).toBe('rejected');
  await expect(failed[0]).rejects.toMatchObject({ reason: 'FEATURE_STORE_FULL' });
  expect(told).toEqual([]);
  expect(await ingest.store([arrival('a')], testCall())).toMatchObject({ stored: 1 });
});

test('when too much waits more is refused by name, a patient caller is held back, and all that was taken is stored in order', async () => {
  const { ingest, store, metrics } = await startIngest({ maxQueuedBytes: 3000 });
  const release = store.hold();
  const held = store.held();
  const sent = [ingest.store([arrival('a')], testCall())];
  await held;
  sent.push(ingest.store(many('b', 3), testCall()));
  sent.push(ingest.store(many('c', 3), testCall(), { patient: true }));
  sent.push(ingest.store([arrival('d')], testCall(), { patient: true }));
  await expect(ingest.store([arrival('e')], testCall())).rejects.toMatchObject({
    reason: 'QUEUE_FULL',
    details: { retryAfterMs: 100 },
  });
  expect(metrics.value('scoremesh_feature_ingest_queue_bytes')).toBeGreaterThan(2000);
  release();
  await Promise.all(sent);
  expect(store.events.map(({ id }) => id)).toEqual(['a', 'b0', 'b1', 'b2', 'c0', 'c1', 'c2', 'd']);
  expect(metrics.value('scoremesh_feature_ingest_queue_bytes')).toBe(0);
  expect(metrics.value('scoremesh_feature_events_total{arrivals,failed}')).toBe(1);
});

test('work in a pause has the store for itself, and what waits is stored after it under the declarations of then', async () => {
  const { ingest, store, redeclare } = await startIngest();
  const release = store.hold();
  const held = store.held();
  const first = ingest.store([arrival('a', { gate: text('B7') })], testCall());
  await held.catch(() => {});
  const second = ingest.store([arrival('b', { gate: text('B7') })], testCall());
  const wider = { ...arrivals, fields: [...arrivals.fields, field('gate', 'BYTES')] };
  const declared = redeclare([wider], [...arrivalViews, viewOf(wider, ['gate'])]);
  release();
  await declared;
  expect(await first).toMatchObject({ stored: 0, quarantined: 1 });
  expect(await second).toMatchObject({ stored: 1, quarantined: 0 });
  const index = store.events[0]?.entries.find(({ key }) => key === 'B7')?.index;
  expect(index?.keyFields).toEqual(['gate']);
  expect(index && store.keysOf(index)).toEqual(['B7']);
});

test('an index that is made between two requests has the events of both', async () => {
  const { ingest, store, redeclare } = await startIngest({ views: [] });
  await ingest.store(many('a', 2), testCall());
  const release = store.hold();
  const held = store.held();
  const committing = ingest.store(many('b', 2), testCall());
  await held;
  const waiting = ingest.store(many('c', 2), testCall());
  const declared = redeclare([arrivals], arrivalViews);
  const late = ingest.store(many('d', 2), testCall());
  release();
  await Promise.all([committing, waiting, declared, late]);
  const keys = store.events.map(({ entries }) => entries.length);
  expect(keys).toEqual(keys.map(() => 1));
  expect(store.events).toHaveLength(8);
  expect(store.events.every(({ entries }) => entries[0]?.key === 'ORD')).toBe(true);
});

test('a closed queue has answered what it took and takes no more', async () => {
  const { ingest, close, store } = await startIngest({ maxQueuedBytes: 1 });
  const sent = ['a', 'b', 'c'].map((id) => ingest.store([arrival(id)], testCall(), { patient: true }));
  await close();
  expect(await Promise.all(sent)).toHaveLength(3);
  expect(store.events).toHaveLength(3);
  await expect(ingest.store([arrival('d')], testCall())).rejects.toMatchObject({ reason: 'SHUTTING_DOWN' });
});

test('whatever comes and fails, each event that was acknowledged is stored once and no other', async () => {
  const request = fc.record({
    ids: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { minLength: 1, maxLength: 4 }),
    isCancelled: fc.boolean(),
    isPatient: fc.boolean(),
    fails: fc.boolean(),
    turns: fc.integer({ min: 0, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 12 }), async (requests) => {
      const { ingest, store, told, close } = await startIngest({ maxQueuedBytes: 4000 });
      const sent: Promise<{ ids: string[]; stored: number; duplicates: number } | undefined>[] = [];
      for (const { ids, isCancelled, isPatient, fails, turns } of requests) {
        if (fails) store.failNext(new MeshError('FEATURE_STORE_FULL', 'full'));
        const call = testCall();
        const events = ids.map((id) => arrival(id));
        const answer = ingest.store(events, call, { patient: isPatient });
        sent.push(answer.then((response) => ({ ids, ...response })).catch(() => undefined));
        if (isCancelled) call.cancellation.cancel(cancelledByCaller());
        for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      const answers = await Promise.all(sent);
      const acknowledged = new Set(answers.flatMap((answer) => answer?.ids ?? []));
      const stored = store.events.map(({ id }) => id);
      expect(new Set(stored)).toEqual(acknowledged);
      expect(stored).toHaveLength(acknowledged.size);
      expect(answers.reduce((sum, answer) => sum + (answer?.stored ?? 0), 0)).toBe(stored.length);
      for (const answer of answers)
        if (answer !== undefined) expect(answer.stored + answer.duplicates).toBe(answer.ids.length);
      expect(told.flatMap(({ events }) => events.map(({ id }) => id))).toEqual(stored);
      await close();
    }),
    { numRuns: 150 },
  );
});
