import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearestName } from '../../../services/kit/config/nearest-name.ts';

test('one slip of the finger finds the name that was meant', () => {
  const names = ['SCOREMESH_GRPC_PORT', 'SCOREMESH_HTTP_PORT', 'SCOREMESH_DATA'];
  expect(nearestName('SCOREMESH_GPRC_PORT', names)).toBe('SCOREMESH_GRPC_PORT');
  expect(nearestName('SCOREMESH_HTPP_PORT', names)).toBe('SCOREMESH_HTTP_PORT');
  expect(nearestName('SCOREMESH_DATE', names)).toBe('SCOREMESH_DATA');
});

test('a name like no other finds none', () => {
  expect(nearestName('SCOREMESH_SOMETHING_ELSE', ['SCOREMESH_DATA'])).toBeUndefined();
});

test('edit distance is a metric', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      expect(editDistance(a, a)).toBe(0);
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
