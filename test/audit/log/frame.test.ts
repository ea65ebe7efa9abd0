import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type FrameContent,
  findFrame,
  frameLeafHash,
  frameLength,
  readFrame,
  scanFrames,
  writeFrame,
} from '../../../services/audit/log/frame.ts';

const bytes = (constraints: fc.IntArrayConstraints) =>
  fc.uint8Array(constraints).map((given) => Buffer.from(given));

const content: fc.Arbitrary<FrameContent> = fc
  .record({
    recordId: fc.uuid(),
    keyHash: fc.constantFrom(undefined, Buffer.alloc(32, 7)),
    slot: fc.nat(2 ** 32 - 1),
    sealedKind: fc.constantFrom('here' as const, 'apart' as const),
    sealed: bytes({ maxLength: 40 }),
    record: bytes({ minLength: 1, maxLength: 120 }),
    sealedField: bytes({ maxLength: 5 }),
  })
  .map((each) => ({ ...each, sealedKind: each.sealed.length === 0 ? 'none' : each.sealedKind }));

const plain = {
  keyHash: undefined,
  slot: 0,
  sealedKind: 'none',
  sealed: Buffer.alloc(0),
  sealedField: Buffer.alloc(0),
} as const;

/** As it is read back. */
function asRead({ record, sealedField, ...rest }: FrameContent) {
  return { ...rest, entry: Buffer.concat([record, sealedField]) };
}

/** Frames of these contents one after another, and where each ends. */
function encode(
  contents: readonly FrameContent[],
  salt: number,
  firstIndex = 0,
): { bytes: Buffer; ends: number[] } {
  const bytes = Buffer.alloc(contents.reduce((sum, each) => sum + frameLength(each), 0));
  const ends: number[] = [];
  let at = 0;
  for (const [n, each] of contents.entries()) {
    const length = frameLength(each);
    expect(writeFrame(bytes, at, length, { index: firstIndex + n, ordinal: n, salt }, each)).toBe(true);
    at += length;
    ends.push(at);
  }
  return { bytes, ends };
}

describe('frames', () => {
  test('what is written is read back, whatever the index', () => {
    fc.assert(
      fc.property(content, fc.nat(2 ** 31), fc.maxSafeNat(), (each, salt, index) => {
        const { bytes } = encode([each], salt, index);
        const { end } = scanFrames(bytes, 0, salt, index, () => {});
        expect(end).toBe(bytes.length);
        const { index: readIndex, length, ...read } = readFrame(bytes, 0);
        expect(read).toEqual(asRead(each));
        expect(readIndex).toBe(index);
        expect(length).toBe(bytes.length);
        const leaf = createHash('sha256').update(Buffer.of(0)).update(asRead(each).entry).digest();
        expect(frameLeafHash(bytes, 0)).toEqual(leaf);
      }),
    );
  });

  test('a log cut at any byte reads back as exactly the frames before the cut', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 5 }), fc.nat(2 ** 31), (contents, salt) => {
        const { bytes, ends } = encode(contents, salt);
        for (let cut = 0; cut <= bytes.length; cut++) {
          const whole = ends.filter((end) => end <= cut);
          const read: unknown[] = [];
          const scan = scanFrames(bytes.subarray(0, cut), 0, salt, 0, (at) => {
            const { index: _, length: __, ...each } = readFrame(bytes, at);
            read.push(each);
          });
          expect(scan).toEqual({ end: whole.at(-1) ?? 0, nextIndex: whole.length });
          expect(read.length).toBe(whole.length);
          if (cut === bytes.length) expect(read).toEqual(contents.map(asRead));
        }
      }),
      { numRuns: 25 },
    );
  });

  test('a flipped bit anywhere ends the log before its frame, and the frames after it are found', () => {
    fc.assert(
      fc.property(
        fc.array(content, { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        (contents, salt, place, bit) => {
          const { bytes, ends } = encode(contents, salt);
          const at = place % bytes.length;
          bytes[at] = bytes.readUInt8(at) ^ (1 << bit);
          const damaged = ends.findIndex((end) => end > at);
          const { end, nextIndex } = scanFrames(bytes, 0, salt, 0, () => {});
          expect(nextIndex).toBe(damaged);
          expect(end).toBe(ends[damaged - 1] ?? 0);
          const follower = findFrame(bytes, end, salt, nextIndex, () => true);
          expect(follower).toBe(damaged === ends.length - 1 ? undefined : ends[damaged]);
        },
      ),
    );
  });

  test('a record that looks like a frame is not taken for one, because its sender does not know the salt', () => {
    const forged = encode(
      [
        {
          ...plain,
          recordId: crypto.randomUUID(),
          record: Buffer.alloc(9),
        },
      ],
      1,
      1,
    ).bytes;
    const { bytes } = encode([{ ...plain, recordId: crypto.randomUUID(), record: forged }], 2);
    expect(findFrame(bytes.subarray(0, bytes.length), 1, 2, 0, () => true)).toBeUndefined();
    expect(findFrame(bytes, 1, 1, 0, () => true)).toBe(bytes.length - forged.length);
  });

  test('a text that is no UUID is refused', () => {
    const bytes = Buffer.alloc(200);
    for (const recordId of [
      '',
      'x',
      '01890a5d-ac96-774b-bcce-b302099a805',
      '01890a5d-ac96-774b-bcce_b302099a8057',
      '01890a5g-ac96-774b-bcce-b302099a8057',
      '０1890a5d-ac96-774b-bcce-b302099a8057',
    ])
      expect(
        writeFrame(
          bytes,
          0,
          60,
          { index: 0, ordinal: 0, salt: 1 },
          { ...plain, recordId, record: Buffer.alloc(3) },
        ),
      ).toBe(false);
  });
});
