import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readListToken, writeListToken } from '../../../services/scoring/jobs/list-token.ts';

const places = fc.record({
  part: fc.constantFrom('waiting' as const, 'ended' as const),
  after: fc.maxSafeNat(),
});

it('a token goes on where it was written for, and for that question only', () => {
  fc.assert(
    fc.property(places, fc.string(), fc.string(), (place, question, other) => {
      const token = writeListToken(place, question);
      expect(readListToken(token, question)).toEqual(place);
      if (other !== question) expect(readListToken(token, other)).toBeUndefined();
    }),
  );
});

it('what is no token is noticed', () => {
  fc.assert(
    fc.property(places, fc.string(), fc.nat(18), fc.integer({ min: 1, max: 63 }), (place, text, at, by) => {
      expect(readListToken(text, 'q')).toBeUndefined();
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const token = writeListToken(place, 'q');
      const changed = alphabet[(alphabet.indexOf(token[at]!) + by) % 64];
      expect(readListToken(token.slice(0, at) + changed + token.slice(at + 1), 'q')).toBeUndefined();
      expect(readListToken(`${token}=`, 'q')).toBeUndefined();
    }),
  );
});
