import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteReader } from '../../../services/kit/wire/byte-reader.ts';
import { RecurringTexts } from '../../../services/kit/wire/recurring-texts.ts';

function encoded(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.map((text) => {
      const bytes = Buffer.from(text);
      return Buffer.concat([Buffer.from([(bytes.length & 127) | 128, bytes.length >> 7]), bytes]);
    }),
  );
}

function shortEncoded(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.map((text) => Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)])),
  );
}

it('gives the texts that are there, in order, whichever came before', () => {
  const texts = new RecurringTexts();
  const text = fc.oneof(
    fc.constantFrom('origin', 'destination', '', 'ä', '__proto__'),
    fc.string({ maxLength: 40, unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 30 }), (given) => {
      const known = given.filter((value) => Buffer.byteLength(value) < 128);
      const reader = new ByteReader(shortEncoded(known));
      // Halves of surrogate pairs are replaced in UTF-8, here as anywhere.
      expect(known.map(() => texts.read(reader))).toEqual(
        known.map((value) => Buffer.from(value).toString()),
      );
      expect(reader.at).toBe(reader.buffer.length);
    }),
    { numRuns: 500 },
  );
});

it('reads lengths of two bytes as the reader itself does', () => {
  const reader = new ByteReader(encoded(['ab', 'x'.repeat(200)]));
  const texts = new RecurringTexts();
  expect([texts.read(reader), texts.read(reader)]).toEqual(['ab', 'x'.repeat(200)]);
});

it('refuses a text that ends too soon', () => {
  const texts = new RecurringTexts();
  texts.read(new ByteReader(shortEncoded(['origin'])));
  expect(() => texts.read(new ByteReader(shortEncoded(['origin']).subarray(0, 4)))).toThrow('too soon');
});
