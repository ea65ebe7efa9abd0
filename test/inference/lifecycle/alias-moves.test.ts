import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliasDifferences, moveAliases } from '../../../services/inference/lifecycle/alias-moves.ts';

const at = (version: number): Map<string, number> => new Map([['champion', version]]);

describe('an alias', () => {
  it('moves to a version that answers', () => {
    expect(moveAliases(at(1), at(2), () => true)).toEqual(at(2));
  });

  it('stays at a version that answers until the next one does', () => {
    expect(moveAliases(at(1), at(2), (version) => version === 1)).toEqual(at(1));
  });

  it('moves at once if it points nowhere, or at a version that does not answer', () => {
    expect(moveAliases(new Map(), at(2), () => false)).toEqual(at(2));
    expect(moveAliases(at(1), at(2), () => false)).toEqual(at(2));
  });

  it('goes when nobody names it any more', () => {
    expect(moveAliases(at(1), new Map(), () => true)).toEqual(new Map());
  });
});

it('differences lead from one moment to the other', () => {
  const aliases = fc
    .dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 3 }))
    .map((record) => new Map(Object.entries(record)));
  fc.assert(
    fc.property(aliases, aliases, (before, after) => {
      const moved = new Map(before);
      for (const { alias, from, to } of aliasDifferences(before, after)) {
        expect(moved.get(alias) ?? 0).toBe(from);
        if (to === 0) moved.delete(alias);
        else moved.set(alias, to);
      }
      expect(moved).toEqual(after);
    }),
  );
});
