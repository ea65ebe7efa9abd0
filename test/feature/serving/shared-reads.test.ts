import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FeatureReader } from '../../../services/feature/serving/feature-reader.ts';
import type { StatusCounts } from '../../../services/feature/serving/status.ts';
import { type Row, requestOf } from '../fixture.ts';
import {
  baseMs,
  compared,
  offsets,
  persons,
  type Sending,
  samples,
  sendings,
  setColumns,
  sometimes,
  spots,
  viewsOf,
} from './sample-service.ts';
import { elsewhere, openSamples } from './sample-store.ts';

const hourMs = 3_600_000;
const pastOffset = offsets.map((offset) => Math.min(offset, 0));
const entities = fc.record({ who: fc.constantFrom(...persons), spot: fc.constantFrom(...spots.map(String)) });
const reading: fc.Arbitrary<Reading> = fc.record({
  reader: fc.constantFrom(0, 1),
  columns: fc.shuffledSubarray(setColumns, { minLength: 1, maxLength: 6 }),
  rows: fc.array(fc.record({ entities, at: sometimes(pastOffset, 4) }), {
    minLength: 1,
    maxLength: 3,
  }),
  ofOffset: sometimes(pastOffset, 3),
  knownShare: sometimes(fc.double({ min: 0, max: 1, noNaN: true }), 4),
  joined: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
});

interface Reading {
  readonly reader: number;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly entities: Record<string, string>; readonly at: number | undefined }[];
  readonly ofOffset: number | undefined;
  readonly knownShare: number | undefined;
  readonly joined: boolean;
}

const step = fc.record({
  first: fc.array(sendings(baseMs), { maxLength: 4 }),
  second: fc.array(sendings(baseMs), { maxLength: 4 }),
  readings: fc.array(reading, { maxLength: 5 }),
  turns: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 }),
  byMs: fc.integer({ min: 0, max: 3 * hourMs }),
});

test('several readers of a store that others write to say what the events say of the moments that they name', async () => {
  const yaml = samples();
  const views = viewsOf(yaml);
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 12 }),
      fc.constantFrom(0, 6_000, 1e8),
      async (steps, maxStateBytes) => {
        const { store, catalog, clock, sent, commit, plan, close } = await openSamples(yaml);
        let turns: readonly number[] = [0];
        let asked = 0;
        const remote = elsewhere(store, () => turns[asked++ % turns.length]!);
        const readers = [0, 1].map(() => new FeatureReader(remote, maxStateBytes, () => clock.now));
        const commits = [0];
        /** As the process of the first reader does with what it ingests. */
        const ingest = async (given: readonly Sending[]): Promise<void> => {
          const moved = given.map((sending) => ({
            ...sending,
            event: { ...sending.event, timeMs: sending.event.timeMs - baseMs + clock.now },
          }));
          const { events, ingestTimeMs } = await commit(moved);
          commits.push(ingestTimeMs);
          for (const { entries, row } of events)
            for (const { index, key } of entries)
              readers[0]!.offer(catalog.readersOf(index), key, row, ingestTimeMs);
          readers[0]!.committed(ingestTimeMs);
        };
        const read = async ({ reader, columns, rows, ofOffset, knownShare, joined }: Reading) => {
          const own: Row[] = rows.map(({ entities: keys, at }) => ({
            entities: keys,
            ...(at === undefined ? {} : { at: clock.now + at }),
          }));
          const of = ofOffset === undefined ? undefined : clock.now + ofOffset;
          const known =
            knownShare === undefined ? undefined : commits[Math.floor(knownShare * commits.length)];
          const request = requestOf(columns, own, { of, known });
          const counts: StatusCounts = [0, 0, 0, 0, 0];
          const join = joined ? await readers[reader]!.join(known) : undefined;
          const answer = await (join ?? readers[reader]!).read(plan(columns), request, counts);
          join?.close();
          return { columns, rows: own, answer };
        };
        for (const { first, second, readings, turns: wanted, byMs } of steps) {
          turns = wanted;
          const answers = readings.map(async (each, place) => {
            for (let left = place % 3; left > 0; left--) await new Promise(setImmediate);
            return read(each);
          });
          await ingest(first);
          answers.push(...readings.map(read));
          await ingest(second);
          for (const { columns, rows, answer } of await Promise.all(answers)) {
            const keyed = rows.map(({ entities: keys = {}, at }) => ({ entities: keys, at }));
            const { found, wanted } = compared(views, columns, sent, keyed, answer);
            expect(found).toEqual(wanted);
          }
          clock.now += byMs;
        }
        await close();
      },
    ),
    { numRuns: Number(process.env.SOAK_RUNS ?? 20) },
  );
});

test('a reader sees what another process has stored before the read began', async () => {
  const { store, commit, plan } = await openSamples();
  const reader = new FeatureReader(
    elsewhere(store, () => 1),
    1e8,
    () => baseMs,
  );
  const read = () =>
    reader.read(plan(['counts.events_12h']), requestOf([], [{ entities: { who: 'ann' } }]), [0, 0, 0, 0, 0]);
  expect([...(await read()).statuses]).toEqual([3]);
  for (let count = 1n; count <= 3n; count++) {
    const values = { wide: 1 };
    const event = { layout: 'new' as const, timeMs: baseMs - Number(count), values };
    const { ingestTimeMs } = await commit([{ id: Number(count), who: 'ann', spot: undefined, event }]);
    const answer = await read();
    expect(answer.blocks[0]!.data.readBigInt64LE(0)).toBe(count);
    expect(answer.asOfIngest).toBe(ingestTimeMs);
  }
});
