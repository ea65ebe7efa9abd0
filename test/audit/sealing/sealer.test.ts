import { createHash, createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Content } from '../../../services/audit/sealing/content.ts';
import { decrypt } from '../../../services/audit/sealing/gcm.ts';
import { paddedLength } from '../../../services/audit/sealing/padding.ts';
import {
  createSealer,
  encodeSealedField,
  readSealedField,
  type SealedRecord,
  type Sealer,
  sealedFieldBytes,
} from '../../../services/audit/sealing/sealer.ts';
import type { SealedContent__Output } from '../../../services/gen/scoremesh/audit/v1/SealedContent.ts';
import { createFastCodecs } from '../../../services/kit/wire/fast-codecs.ts';
import { recordCodec } from '../fixture.ts';
import { type OpenKeys, openKeys } from './fixture.ts';

const protoFolder = fileURLToPath(new URL('../../../proto/', import.meta.url));
const contentCodec = createFastCodecs(protoFolder, ['scoremesh/audit/v1/sealed_content.proto']).ofMessage(
  'scoremesh.audit.v1.SealedContent',
);
const noBytes = Buffer.alloc(0);
const nothing = { subject: '', bodyDigest: noBytes };
const content = {
  subject: 'passenger=4711',
  bodyDigest: Buffer.alloc(32, 9),
  personal: Buffer.from('what is personal'.repeat(20)),
};

const bytes = (max: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength: max }).map((array) => Buffer.from(array));
const contents = fc.record({
  subject: fc.oneof(fc.constant(''), fc.string({ maxLength: 60, unit: 'grapheme' })),
  bodyDigest: fc.oneof(
    fc.constant(noBytes),
    fc.uint8Array({ minLength: 32, maxLength: 32 }).map((array) => Buffer.from(array)),
  ),
  personal: fc.oneof(
    bytes(300),
    fc.integer({ min: 0, max: 70_000 }).map((length) => Buffer.alloc(length, 7)),
  ),
});

/** The bytes that were encrypted, by a second derivation of the record's key. */
function plainOf(keys: OpenKeys, slot: number, { handle, sealed }: SealedRecord): Buffer {
  const subjectKey = keys.keyOf(slot) ?? noBytes;
  const key = createHmac('sha256', subjectKey).update('scoremesh record key v1').update(handle).digest();
  const slotBytes = Buffer.alloc(4);
  slotBytes.writeUInt32LE(slot);
  return decrypt(sealed.subarray(1), key, Buffer.concat([handle, slotBytes])) ?? noBytes;
}

/** Compared as wholes: comparing large Buffers byte by byte takes minutes. */
function expectSame(opened: SealedContent__Output | string, each: Content): void {
  if (typeof opened === 'string') throw new Error(opened);
  expect(opened.subject).toBe(each.subject);
  expect(opened.bodyDigest.equals(each.bodyDigest)).toBe(true);
  expect(opened.personal.equals(each.personal)).toBe(true);
}

function flipped(from: Buffer, at: number): Buffer {
  const changed = Buffer.from(from);
  changed[at] = from.readUInt8(at) ^ 1;
  return changed;
}

describe('sealed content', () => {
  let keys: OpenKeys;
  let sealer: Sealer;
  let slot: number;
  const open = async (): Promise<void> => {
    keys = await openKeys();
    sealer = createSealer(keys);
    slot = keys.allocate();
  };

  test('is read back as it was sealed, and is the serialized SealedContent that any library writes', async () => {
    await open();
    fc.assert(
      fc.property(contents, fc.boolean(), (each, hasSubject) => {
        const own = hasSubject ? slot : 0;
        const record = sealer.seal({ slot: own, ...each });
        const opened = sealer.open({ slot: own, ...record });
        expectSame(opened, each);
        const plain = plainOf(keys, own, record);
        const decoded = contentCodec.decode(plain) as SealedContent__Output;
        expectSame(opened, decoded);
        expect(contentCodec.encode(decoded).equals(plain)).toBe(true);
        expect(decoded.salt.length).toBe(32);
        expect(decoded.padding.equals(Buffer.alloc(decoded.padding.length))).toBe(true);
        expect(createHmac('sha256', decoded.salt).update(plain).digest()).toEqual(record.commitment);
        expect(record.handle.length).toBe(16);
      }),
    );
  });

  test('every length up to 40,000 can be padded, to what is told in steps', async () => {
    await open();
    const totals = new Set<number>();
    for (
      let length = 0;
      length < 40_000;
      length += length < 1200 || Math.abs(length - 16_300) < 700 ? 1 : 97
    ) {
      const record = sealer.seal({ slot, ...nothing, personal: Buffer.alloc(length) });
      const total = record.sealed.length - 29;
      expect(paddedLength(total)).toBe(total);
      expectSame(sealer.open({ slot, ...record }), { ...nothing, personal: Buffer.alloc(length) });
      totals.add(total);
    }
    expect(totals.size).toBeLessThan(100);
  });

  test('lengths are padded by at most 12 %, or 64 bytes, and never shorter', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 2 ** 31 })),
        (length) => {
          const padded = paddedLength(length);
          expect(padded).toBeGreaterThanOrEqual(Math.max(64, length));
          expect(padded - length).toBeLessThanOrEqual(Math.max(64, length * 0.12));
          expect(padded % 64).toBe(0);
          expect(paddedLength(padded)).toBe(padded);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('any changed byte of it, of its handle, its commitment or its slot is noticed', async () => {
    await open();
    const other = keys.allocate();
    const record = sealer.seal({ slot, ...content });
    for (const part of ['sealed', 'handle', 'commitment'] as const) {
      for (let at = 0; at < record[part].length; at++)
        expect(sealer.open({ slot, ...record, [part]: flipped(record[part], at) })).toBe('damaged');
      for (const length of [0, 1, 15, 16, 28, 29, record[part].length - 1])
        if (length < record[part].length)
          expect(sealer.open({ slot, ...record, [part]: record[part].subarray(0, length) })).toBe('damaged');
      const longer = Buffer.concat([record[part], Buffer.alloc(1)]);
      expect(sealer.open({ slot, ...record, [part]: longer })).toBe('damaged');
    }
    for (const wrong of [0, other, 1000, 100_000])
      expect(sealer.open({ slot: wrong, ...record })).toBe('damaged');
    expect(sealer.open({ slot, ...record })).toMatchObject(content);
  });

  test('bytes that nobody sealed are not opened, whatever they are', async () => {
    await open();
    fc.assert(
      fc.property(bytes(200), bytes(20), bytes(40), fc.nat(2000), (sealed, handle, commitment, any) => {
        expect(sealer.open({ slot: any, sealed, handle, commitment })).toBe('damaged');
      }),
    );
  });

  test('sealed parts of two records do not fit together, and no two are alike', async () => {
    await open();
    const [one, two] = [sealer.seal({ slot, ...content }), sealer.seal({ slot, ...content })];
    expect(sealer.open({ slot, ...one, commitment: two.commitment })).toBe('damaged');
    expect(sealer.open({ slot, ...one, handle: two.handle })).toBe('damaged');
    const seen = new Set<string>();
    for (let n = 0; n < 2000; n++) {
      const { handle, commitment, sealed } = sealer.seal({ slot, ...content });
      for (const each of [handle, commitment, sealed.subarray(1, 13)]) seen.add(each.toString('hex'));
    }
    expect(seen.size).toBe(6000);
  });

  test('is gone with the key of its subject, of which nothing else is left to find, and others are not', async () => {
    await open();
    const other = keys.allocate();
    const record = sealer.seal({ slot, ...content });
    const kept = sealer.seal({ slot: other, ...content });
    const done = keys.destroy([slot]);
    expect(sealer.open({ slot, ...record })).toBe('destroyed');
    expect(() => sealer.seal({ slot, ...content })).toThrow('slot 1 is destroyed');
    await done;
    expect(sealer.open({ slot, ...record })).toBe('destroyed');
    await keys.close();
    keys = await openKeys({ folder: keys.folder, usedUpTo: other });
    sealer = createSealer(keys);
    expect(sealer.open({ slot, ...record })).toBe('destroyed');
    expect(sealer.open({ slot: other, ...kept })).toMatchObject(content);
    expect(() => sealer.seal({ slot: 9_999, ...content })).toThrow('slot 9999 is unknown');
  });

  test('of 64 MiB is sealed and opened', async () => {
    await open();
    const personal = Buffer.alloc(64 * 1024 * 1024, 3);
    const record = sealer.seal({ slot, ...content, personal });
    const opened = sealer.open({ slot, ...record });
    expect(typeof opened === 'string' ? opened : opened.personal.equals(personal)).toBe(true);
    expect(record.sealed.length).toBeLessThan(personal.length * 1.05);
    expect(sealer.open({ slot, ...record, sealed: flipped(record.sealed, 1_000_000) })).toBe('damaged');
  });
});

describe('field 20 of an entry', () => {
  let record: Buffer;
  beforeAll(() => {
    record = recordCodec.encode({ schema: 1, recordId: 'a', principal: 'p', outcome: { predictionId: 'x' } });
  });

  test('appended to a record is what the codec writes', () => {
    const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(digest, digest, (commitment, random) => {
        const sealed = { handle: random.subarray(0, 16), commitment };
        const field = encodeSealedField(sealed);
        expect(field.length).toBe(sealedFieldBytes);
        expect(readSealedField(record)).toBeUndefined();
        expect(readSealedField(field.subarray(1))).toBeUndefined();
        const entry = Buffer.concat([record, field]);
        const decoded = recordCodec.decode(entry);
        expect(decoded.sealed).toEqual(sealed);
        expect(readSealedField(entry)).toEqual(sealed);
        expect(recordCodec.encode(decoded)).toEqual(entry);
        expect(
          createHash('sha256')
            .update(recordCodec.encode({ ...decoded, sealed: null }))
            .digest(),
        ).toEqual(createHash('sha256').update(record).digest());
      }),
    );
  });
});
