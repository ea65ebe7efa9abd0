import { expect, test } from 'vitest';
import { Rounds } from '../../../services/feature/serving/rounds.ts';

/** Rounds whose work ends when it is told to, with what happened in the order in which it did. */
function heldRounds() {
  const happened: string[] = [];
  const held: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  const rounds = new Rounds<string>((items) => {
    happened.push(`work ${items.join('')}`);
    return new Promise((end, fail) => void held.push({ end, fail }));
  });
  const add = (item: string, order = 0) =>
    rounds.add(item, order, () => {
      happened.push(`use ${item}`);
      return item;
    });
  return { add, held, happened, rounds };
}

test('what arrives while a round is on its way shares the next one', async () => {
  const { add, held, happened } = heldRounds();
  const first = add('a');
  const rest = ['b', 'c'].map((item) => add(item));
  held[0]!.end();
  expect(await first).toBe('a');
  held[1]!.end();
  expect(await Promise.all(rest)).toEqual(['b', 'c']);
  expect(happened).toEqual(['work a', 'use a', 'work bc', 'use b', 'use c']);
});

test('in a round the lower order comes first, and of equal ones the first that came', async () => {
  const { add, held, happened } = heldRounds();
  const all = [add('x'), add('c', 3), add('a', 1), add('b', 1)];
  held[0]!.end();
  await all[0];
  held[1]!.end();
  await Promise.all(all);
  expect(happened.slice(2)).toEqual(['work cab', 'use a', 'use b', 'use c']);
});

test('work that fails fails its round only', async () => {
  const { add, held } = heldRounds();
  const [first, second] = [add('a'), add('b')];
  held[0]!.fail(new Error('away'));
  await expect(first).rejects.toThrow('away');
  held[1]!.end();
  expect(await second).toBe('b');
  const third = add('c');
  held[2]!.end();
  expect(await third).toBe('c');
});

test('a use that fails fails itself only', async () => {
  const { add, held, rounds } = heldRounds();
  const first = add('a');
  const broken = rounds.add('b', 0, () => {
    throw new Error('no such value');
  });
  const last = add('c');
  held[0]!.end();
  await first;
  held[1]!.end();
  await expect(broken).rejects.toThrow('no such value');
  expect(await last).toBe('c');
});

test('what is added by a use is in a later round', async () => {
  const { held, happened, rounds, add } = heldRounds();
  const outer = rounds.add('a', 0, () => add('b'));
  held[0]!.end();
  await new Promise(setImmediate);
  held[1]!.end();
  expect(await outer).toBe('b');
  expect(happened).toEqual(['work a', 'work b', 'use b']);
});
