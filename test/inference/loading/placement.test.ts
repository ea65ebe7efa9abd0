import { describe, expect, it } from 'vitest';
import { decidePlacement, type PlacementFacts } from '../../../services/inference/loading/placement.ts';

describe('a model runs', () => {
  const facts: PlacementFacts = { pinned: undefined, runMs: 0.1, openInside: false, loops: false };
  it.each<[string, Partial<PlacementFacts>, 'inline' | 'worker']>([
    ['inline if a run is short', {}, 'inline'],
    ['in threads if a run is long', { runMs: 0.5 }, 'worker'],
    ['in threads if its time is unknown', { runMs: undefined }, 'worker'],
    ['in threads if requests may be much larger than what was timed', { openInside: true }, 'worker'],
    ['inline if even much larger requests are short', { openInside: true, runMs: 0.04 }, 'inline'],
    ['in threads if a request says how long it runs', { loops: true, runMs: 0.01 }, 'worker'],
    ['inline if it is pinned there', { pinned: 'inline', runMs: 9 }, 'inline'],
    ['in threads if it is pinned there', { pinned: 'worker' }, 'worker'],
  ])('%s', (_what, changes, placement) => {
    expect(decidePlacement({ ...facts, ...changes })).toBe(placement);
  });
});
