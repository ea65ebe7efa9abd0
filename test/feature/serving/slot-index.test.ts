import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PackedKeys, TextKeys } from '../../../services/feature/serving/row-keys.ts';
import { SlotIndex } from '../../../services/feature/serving/slot-index.ts';

function slotsOf(index: SlotIndex, hash: number): number[] {
  const slots: number[] = [];
  for (let place = index.first(hash); place >= 0; place = index.next(place, hash))
    slots.push(index.slotAt(place));
  return slots.sort((a, b) => a - b);
}

test('it holds what was added and not removed, also of equal and colliding hashes', () => {
  // Of few lower bits, so that they collide; negative ones too.
  const hash = fc.constantFrom(1, 17, 33, -15, 15, 31, 2 ** 31 - 1, -1, 16);
  const step = fc.record({ hash, adds: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const index = new SlotIndex();
      const kept: { hash: number; slot: number }[] = [];
      for (const [slot, { hash: given, adds }] of steps.entries()) {
        if (adds) {
          index.add(given, slot);
          kept.push({ hash: given, slot });
        } else {
          const place = index.first(given);
          if (place < 0) continue;
          const gone = index.slotAt(place);
          index.removeAt(place);
          kept.splice(
            kept.findIndex((each) => each.slot === gone),
            1,
          );
        }
        for (const { hash: asked } of steps)
          expect(slotsOf(index, asked)).toEqual(
            kept.filter((each) => each.hash === asked).map((each) => each.slot),
          );
      }
    }),
    { numRuns: 60 },
  );
});

test('a key is the same as a text and in a column', () => {
  const key = fc.oneof(
    fc.string({ minLength: 1, maxLength: 40 }),
    fc.constantFrom('ß', '日本', 'a'.repeat(31)),
  );
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 6 }), fc.integer(), (keys, seed) => {
      const parts = keys.map((text) => Buffer.from(text));
      const ends = new Uint32Array(keys.length);
      let end = 0;
      for (const [row, part] of parts.entries()) {
        end += 4 + part.length;
        ends[row] = end;
      }
      const bytes = Buffer.concat(parts.flatMap((part) => [Buffer.alloc(4), part]));
      const areAscii = parts.every((part, row) => part.length === keys[row]!.length);
      const packed = new PackedKeys(bytes, ends, areAscii);
      const texts = new TextKeys(keys);
      for (const [row, text] of keys.entries()) {
        expect(packed.text(row)).toBe(Buffer.from(text).toString());
        const hash = texts.hash(row, seed);
        expect(packed.hash(row, seed)).toBe(hash);
        if (hash === 0) continue;
        const slot = Buffer.from([text.length, ...Buffer.from(text)]);
        expect([texts.isAt(row, slot, 0), packed.isAt(row, slot, 0)]).toEqual([true, true]);
        expect([texts.size(row), packed.size(row)]).toEqual([text.length, text.length]);
        slot[slot.length - 1] = 0;
        expect([texts.isAt(row, slot, 0), packed.isAt(row, slot, 0)]).toEqual([
          text.endsWith('\0'),
          text.endsWith('\0'),
        ]);
      }
    }),
  );
});
