import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type IndexEntry, maxPutEntries, roundLength } from '../../../services/audit/index/rows.ts';
import { type IndexStore, openIndexStore } from '../../../services/audit/index/store.ts';
import { bytesOf, type Draft, draft, entriesOf, handleOf, idOf, positionAfter, tagOf } from './entries.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scoremesh-index-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

async function openStore(folder?: string): Promise<IndexStore> {
  const { store } = await openIndexStore(folder ?? (await newFolder()));
  return store;
}

async function putAll(store: IndexStore, entries: readonly IndexEntry[], rounds: readonly number[] = []) {
  for (let from = 0, round = 0; from < entries.length; round++) {
    const most = rounds.length === 0 ? maxPutEntries : rounds[round % rounds.length]!;
    const some = entries.slice(from, from + Math.min(most, roundLength(entries, from)));
    await store.put(some, positionAfter(some));
    from += some.length;
  }
}

function contentsOf(store: IndexStore): string[] {
  return [...store.contents()].map(
    ({ table, key, value }) => `${table} ${key.toString('hex')} ${value.toString('hex')}`,
  );
}

const ids = (found: Iterable<{ recordId: Buffer }>): string[] =>
  [...found].map(({ recordId }) => recordId.toString('hex'));

const drafts = fc.array(draft, { minLength: 1, maxLength: 60 });

describe('the index', () => {
  test('is the same however the log came into it, and when it is built again', async () => {
    await fc.assert(
      fc.asyncProperty(
        drafts,
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
        async (given, rounds) => {
          const folder = await mkdtemp(join(tmpdir(), 'scoremesh-index-'));
          try {
            const entries = entriesOf(given);
            let built = await openStore(join(folder, 'built'));
            const half = Math.ceil(entries.length / 2);
            await putAll(built, entries.slice(0, half), rounds);
            await built.close();
            built = await openStore(join(folder, 'built'));
            await putAll(built, entries.slice(half), rounds);
            // The last round again, as after a crash between the index and its position.
            const some = entries.slice(-3);
            if (some.every(({ erases, subject }) => erases === undefined && subject === undefined))
              await built.put(some, positionAfter(entries));
            const rebuilt = await openStore(join(folder, 'rebuilt'));
            await putAll(rebuilt, entriesOf(given, true));
            expect(contentsOf(rebuilt)).toEqual(contentsOf(built));
            await rebuilt.clear();
            expect(contentsOf(rebuilt)).toEqual([]);
            await putAll(rebuilt, entriesOf(given, true), [1]);
            expect(contentsOf(rebuilt)).toEqual(contentsOf(built));
            await built.close();
            await rebuilt.close();
          } finally {
            await rm(folder, { recursive: true, force: true });
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  test('finds what was put, by id, key, subject, batch and prediction', async () => {
    await fc.assert(
      fc.asyncProperty(drafts, async (given) => {
        const folder = await mkdtemp(join(tmpdir(), 'scoremesh-index-'));
        const store = await openStore(folder);
        try {
          const entries = entriesOf(given);
          await putAll(store, entries, [7]);
          expectFound(store, entries);
        } finally {
          await store.close();
          await rm(folder, { recursive: true, force: true });
        }
      }),
      { numRuns: 12 },
    );
  });

  test('keeps nothing of a put that failed, and numbers texts as if it had not been tried', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    const plain: Draft = {
      event: 'prediction',
      model: 'a',
      version: 1,
      principal: 'alice',
      decision: 'late',
      batchId: '',
      subject: '',
      hasKey: false,
      about: 0,
    };
    const entries = entriesOf([plain, { ...plain, model: 'b' }, { ...plain, model: 'c' }]);
    await putAll(store, entries.slice(0, 1));
    const before = contentsOf(store);
    const broken = { ...entries[1]!, recordId: Buffer.alloc(5000) };
    await expect(store.put([entries[1]!, broken], positionAfter(entries.slice(0, 2)))).rejects.toThrow();
    expect(contentsOf(store)).toEqual(before);
    await putAll(store, [entries[1]!, entries[2]!]);
    const other = await openStore();
    await putAll(other, entries);
    expect(contentsOf(store)).toEqual(contentsOf(other));
    await store.close();
    await other.close();
  });

  test('searches by a name that has no number, because there are too many, by asking the record', async () => {
    const store = await openStore();
    const of = (model: string): Draft => ({
      event: 'refusal',
      model,
      version: 0,
      principal: 'alice',
      decision: '',
      batchId: '',
      subject: '',
      hasKey: false,
      about: 0,
    });
    const names = Array.from({ length: 4200 }, (_, number) => of(`made-up-${number}`));
    const entries = entriesOf([...names, { ...of('real'), event: 'prediction' }]);
    await putAll(store, entries);
    const find = (model: string) =>
      store.scanIds(
        { first: Buffer.alloc(16), isAfter: false, end: undefined },
        { events: undefined, model, version: 0, principal: 'alice', decision: '' },
        { rows: 10_000, found: 10_000 },
      ).found;
    expect(find('made-up-17').filter(({ isSure }) => isSure)).toHaveLength(1);
    // Those without a number may be it: alice and 4095 names have one.
    expect(find('made-up-4199').filter(({ isSure }) => !isSure)).toHaveLength(4200 - 4095);
    expect(find('made-up-4199').filter(({ isSure }) => isSure)).toHaveLength(0);
    expect(find('real').filter(({ isSure }) => isSure)).toHaveLength(1);
    await store.close();
  });

  test('knows nothing when it is new', async () => {
    const folder = await newFolder();
    const store = await openStore(folder);
    expect(store.position()).toBeUndefined();
    expect(store.highestSlot()).toBe(0);
    expect(store.highestId()).toBeUndefined();
    await store.close();
  });
});

function expectFound(store: IndexStore, entries: readonly IndexEntry[]): void {
  expect(store.size()).toBe(entries.length);
  expect(store.position()).toEqual(positionAfter(entries));
  const sorted = [...entries].sort((one, other) => one.recordId.compare(other.recordId));
  expect(ids(store.range(Buffer.alloc(16), undefined))).toEqual(ids(sorted));
  expect(store.highestId()).toEqual(sorted.at(-1)!.recordId);
  for (const { recordId, location, keyHash } of entries) {
    expect(store.findRecord(recordId)).toEqual(location);
    if (keyHash !== undefined) expect(store.findKey(keyHash)).toEqual(location);
  }
  expect(store.findRecord(bytesOf('another', 16))).toBeUndefined();
  expect(store.findKey(bytesOf('another', 32))).toBeUndefined();
  expect(store.highestSlot()).toBe(Math.max(...entries.map(({ slot }) => slot)));
  const slots = new Map<string, number | undefined>();
  for (const { subject, erases } of entries) {
    if (subject !== undefined) slots.set(subject.tag.toString('hex'), subject.slot);
    if (erases !== undefined) slots.set(erases.toString('hex'), undefined);
  }
  for (const name of ['person=1', 'person=2', 'person=3'])
    expect(store.findSubject(tagOf(name))).toBe(slots.get(tagOf(name).toString('hex')));
  for (let slot = 1; slot <= store.highestSlot(); slot++) {
    const expected = entries.filter((entry) => entry.slot === slot && entry.facts?.event !== 'erasure');
    expect(ids(store.slotRecords(slot))).toEqual(ids(expected));
    const [first] = expected;
    if (first === undefined) continue;
    expect(ids(store.slotRecords(slot, first.location.index))).toEqual(ids(expected.slice(1)));
  }
  for (let index = 0; index < entries.length + 5; index++) {
    const id = idOf(index);
    const expected = entries.filter(({ facts }) => facts?.predictionId?.equals(id) === true);
    const [first, ...rest] = expected;
    rest.sort((one, other) => one.recordId.compare(other.recordId));
    expect(ids(store.outcomesOf(id))).toEqual(ids(first === undefined ? [] : [first, ...rest]));
    expect(store.countOutcomes(id)).toBe(Math.min(2, expected.length));
  }
  for (const batchId of ['run-1', 'run-12', 'z'.repeat(100)])
    expect(ids(store.batchRecords(batchId))).toEqual(
      ids(sorted.filter(({ facts }) => facts?.batchId === batchId)),
    );
  const handles = new Set(entries.flatMap(({ facts }) => facts?.handles.map(String) ?? []));
  for (let number = 0; number < 1002; number++)
    expect(store.isErased(handleOf(number))).toBe(handles.has(String(handleOf(number))));
}

test('a round of entries ends before it has more rows than a put should', () => {
  const entry = (handles: number) =>
    ({ facts: { handles: new Array(handles).fill(Buffer.alloc(16)) } }) as never;
  expect(roundLength([])).toBe(0);
  expect(roundLength(new Array(5000).fill(entry(0)))).toBe(maxPutEntries);
  expect(roundLength([entry(9000), entry(0)])).toBe(1);
  expect(roundLength([entry(0), entry(5000), entry(5000), entry(0)])).toBe(2);
  expect(roundLength([entry(0), entry(5000), entry(5000), entry(0)], 2)).toBe(2);
});
