import { expect, it } from 'vitest';
import { TurnTaker } from '../../../services/inference/batching/turn-taker.ts';

/** A worker that wants so many turns and writes each down. */
function worker(name: string, turns: number, seen: string[]): { turn(): boolean } {
  let left = turns;
  return {
    turn: () => {
      seen.push(name);
      left--;
      return left > 0;
    },
  };
}

it('workers take turns in the order in which they asked, after the code that asked', async () => {
  const seen: string[] = [];
  const turns = new TurnTaker(1000);
  turns.request(worker('a', 3, seen));
  turns.request(worker('b', 1, seen));
  turns.request(worker('c', 2, seen));
  expect(seen).toEqual([]);
  await turns.idle();
  expect(seen.join('')).toBe('abcaca');
});

it('the event loop turns between slices, so that input is read while there is work', async () => {
  const seen: string[] = [];
  const turns = new TurnTaker(0);
  turns.request(worker('a', 3, seen));
  const note = (left: number): void => {
    seen.push('|');
    if (left > 1) setImmediate(note, left - 1);
  };
  setImmediate(note, 2);
  await turns.idle();
  expect(seen.join('')).toBe('a|a|a');
});

it('is idle at once when nobody asks', async () => {
  await expect(new TurnTaker(1).idle()).resolves.toBeUndefined();
});
