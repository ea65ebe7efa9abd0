import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openEnvironment } from '../../../services/feature/store/environment.ts';
import { byteText, IdTable } from '../../../services/feature/store/id-table.ts';
import { tempFolder } from './opened-store.ts';

/** Ids that share beginnings, of one byte, of many, and beyond ASCII. */
const id = fc.oneof(
  fc.nat(300).map((number) => `order-${number}`),
  fc.nat(30).map(String),
  fc.constantFrom('é', 'éé', 'aé', '日本', '日', 'order-é'),
  fc.string({ minLength: 1, maxLength: 4 }).filter((text) => !/\p{Cc}/u.test(text)),
);

const step = fc.record({
  stream: fc.integer({ min: 1, max: 2 }),
  ids: fc.array(id, { minLength: 1, maxLength: 30 }),
  /** Gone again before the commit is written; the commit after is begun before it is. */
  removed: fc.array(fc.nat(1000), { maxLength: 4 }),
  overlaps: fc.boolean(),
});

test('ids are known exactly if they were added and not removed, however they begin and end', async () => {
  const environment = await openEnvironment(await tempFolder());
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const raw = environment.table('ids');
      await environment.write(10_000, 0, () => {
        for (const key of raw.getKeys()) raw.remove(key);
      });
      const table = new IdTable(raw);
      const known = new Set<string>();
      const nameOf = (stream: number, text: string) => `${stream} ${text}`;
      let before: ReturnType<IdTable['draft']> | undefined;
      for (const { stream, ids, removed, overlaps } of steps) {
        const draft = table.draft(before);
        const waiting = before;
        for (const text of ids) {
          expect(draft.add(stream, byteText(text))).toBe(!known.has(nameOf(stream, text)));
          known.add(nameOf(stream, text));
        }
        draft.seal();
        if (waiting !== undefined) await environment.write(1000, 0, () => waiting.put());
        // Only what is stored can be removed.
        const stored = [...known].filter((name) => !ids.some((text) => name === nameOf(stream, text)));
        const gone = removed.flatMap((at) => stored[at % Math.max(1, stored.length)] ?? []);
        for (const name of gone) {
          const [number = '', ...rest] = name.split(' ');
          const removal = table.removal(Number(number), [byteText(rest.join(' '))]);
          await environment.write(1, removal.sizeBytes, removal.apply);
          known.delete(name);
        }
        before = overlaps && gone.length === 0 ? draft : undefined;
        if (before === undefined) await environment.write(1000, 0, () => draft.put());
      }
      const last = before;
      if (last !== undefined) await environment.write(1000, 0, () => last.put());
      const found = table.draft();
      for (const name of known) {
        const [number = '', ...rest] = name.split(' ');
        expect(found.add(Number(number), byteText(rest.join(' ')))).toBe(false);
      }
      expect(table.draft().add(1, 'never seen')).toBe(true);
    }),
    { numRuns: 60 },
  );
  await environment.close();
});

test('numbered ids of a commit are an entry for a hundred of them', async () => {
  const environment = await openEnvironment(await tempFolder());
  const table = new IdTable(environment.table('ids'));
  const draft = table.draft();
  for (let number = 10_000; number < 20_000; number++) draft.add(1, `order-${number}`);
  expect(draft.operations).toBe(100);
  expect(draft.sizeBytes).toBe(20_000);
  await environment.close();
});
