import { expect, test } from 'vitest';
import type { ViewState } from '../../../services/feature/engine/view-program.ts';
import { type KeptState, MemoryBudget, StateCache } from '../../../services/feature/serving/state-cache.ts';

/** An entry whose state needs so many bytes. */
function entry(bytes: { now: number } = { now: 1000 }): KeptState {
  const state = { sizeBytes: () => bytes.now } as ViewState;
  return { state, loadedUntilMs: 0, knownMs: 0, offered: 0, sizeBytes: 0, used: false };
}

function filled(budget: MemoryBudget, keys: string): StateCache {
  const cache = new StateCache(budget, undefined);
  for (const key of keys) cache.set(key, entry());
  return cache;
}

const there = (cache: StateCache, keys: string) =>
  [...keys].filter((key) => cache.peek(key) !== undefined).join('');

test('nothing goes while all fits', () => {
  const budget = new MemoryBudget(1e6);
  const cache = filled(budget, 'abcdef');
  budget.shrink();
  expect(there(cache, 'abcdef')).toBe('abcdef');
  expect(budget.usedBytes).toBeGreaterThan(6000);
});

test('over the budget the oldest go, but not those that were read since they were last passed over', () => {
  const budget = new MemoryBudget(5000);
  const cache = filled(budget, 'abcdef');
  cache.get('a');
  cache.get('c');
  cache.peek('b');
  budget.shrink();
  expect(there(cache, 'abcdef')).toBe('acf');
  expect(budget.usedBytes).toBeLessThanOrEqual(5000);
});

test('where all were read the oldest goes', () => {
  const budget = new MemoryBudget(4000);
  const cache = filled(budget, 'abcd');
  for (const key of 'abcd') cache.get(key);
  budget.shrink();
  expect(there(cache, 'abcd')).toBe('bcd');
});

test('a budget too small for anything leaves nothing, and counts to zero', () => {
  const budget = new MemoryBudget(0);
  const [one, other] = [filled(budget, 'abc'), filled(budget, 'xyz')];
  budget.shrink();
  expect(there(one, 'abc') + there(other, 'xyz')).toBe('');
  expect(budget.usedBytes).toBe(0);
});

test('caches give up in turn', () => {
  const budget = new MemoryBudget(1302 * 4);
  const [one, other] = [filled(budget, 'abcd'), filled(budget, 'wxyz')];
  budget.shrink();
  expect(there(one, 'abcd')).toBe('cd');
  expect(there(other, 'wxyz')).toBe('yz');
});

test('an entry in the place of another counts once', () => {
  const budget = new MemoryBudget(1e6);
  const cache = filled(budget, 'a');
  const before = budget.usedBytes;
  cache.set('a', entry());
  expect(budget.usedBytes).toBe(before);
});

test('a state that has grown counts what it needs now when it is measured', () => {
  const budget = new MemoryBudget(5000);
  const cache = filled(budget, 'ab');
  const bytes = { now: 1000 };
  const growing = entry(bytes);
  cache.set('c', growing);
  bytes.now = 50_000;
  cache.measure('c', growing);
  expect(budget.usedBytes).toBeGreaterThan(50_000);
  cache.measure('c', entry(bytes));
  budget.shrink();
  expect(budget.usedBytes).toBeLessThanOrEqual(5000);
  expect(cache.peek('c')).toBeUndefined();
  const before = budget.usedBytes;
  cache.measure('c', growing);
  expect(budget.usedBytes).toBe(before);
});

test('a cache that leaves takes what it counted with it', () => {
  const budget = new MemoryBudget(0);
  const [one, other] = [filled(budget, 'abc'), filled(budget, 'xyz')];
  const before = budget.usedBytes;
  budget.leave(one);
  expect(budget.usedBytes).toBe(before / 2);
  budget.leave(other);
  expect(budget.usedBytes).toBe(0);
  budget.shrink();
});
