import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinKeys, keylessKey } from '../../../services/feature/events/entity-key.ts';

const key = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', '1', ':', '2', '#', '*') });

test('different keys of an entity never become the same stored key', () => {
  fc.assert(
    fc.property(
      fc.array(key, { minLength: 2, maxLength: 2 }),
      fc.array(key, { minLength: 2, maxLength: 2 }),
      (a, b) => {
        expect(joinKeys(a) === joinKeys(b)).toBe(a[0] === b[0] && a[1] === b[1]);
      },
    ),
  );
});

test('a view without keys has one key, and a single key is stored as it is', () => {
  expect(joinKeys([])).toBe(keylessKey);
  expect(joinKeys(['ORD'])).toBe('ORD');
});

test('the longest keys fit the store and stay apart', () => {
  const long = '\u{fffd}'.repeat(256);
  const joined = joinKeys([long, long, long, 'a']);
  expect(Buffer.byteLength(joined)).toBeLessThan(1900);
  expect(joined).not.toBe(joinKeys([long, long, long, 'b']));
});
