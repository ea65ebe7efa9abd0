import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entriesOfBundle } from '../../../services/audit/follow/bundle.ts';
import { entryId } from '../../../services/audit/follow/entry-id.ts';
import { fetchEntries } from '../../../services/audit/follow/fetched-entries.ts';
import { readReplicaNote, writeReplicaNote } from '../../../services/audit/follow/replica-note.ts';
import { realTreeDisk } from '../../../services/audit/tree/tree-disk.ts';
import { appendRequest, errorOf, reasonOf, temporaryFolder } from '../fixture.ts';

const entries = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

function bundleOf(parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => [Buffer.of(part.length >> 8, part.length & 0xff), Buffer.from(part)]),
  );
}

describe('a bundle of entries', () => {
  test('is taken apart as it was put together', () => {
    fc.assert(
      fc.property(entries, (parts) => {
        const read = entriesOfBundle(bundleOf(parts), parts.length, 'path');
        expect(read.map((entry) => [...entry])).toEqual(parts.map((part) => [...part]));
      }),
    );
  });

  test('of any bytes is exactly so many entries or refused by name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.nat(8), async (bytes, count) => {
        const bundle = Buffer.from(bytes);
        try {
          const read = entriesOfBundle(bundle, count, 'path');
          expect(bundleOf(read).equals(bundle)).toBe(true);
          expect(read).toHaveLength(count);
        } catch (error) {
          expect(await reasonOf(Promise.reject(error))).toBe('PROOF_INVALID');
        }
      }),
    );
  });
});

describe('the id of an entry', () => {
  test('is what its record says', () => {
    fc.assert(
      fc.property(fc.nat(1000), (size) => {
        const { record, recordId } = appendRequest({ size });
        expect(entryId(record, 7)).toBe(recordId);
      }),
    );
  });

  test('is made of the index for any other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), fc.nat(2 ** 40), (bytes, index) => {
        const id = entryId(Buffer.from(bytes), index);
        expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(id.endsWith(index.toString(16).padStart(12, '0'))).toBe(true);
      }),
    );
  });
});

describe('entries that are fetched', () => {
  test('come in order, whatever range is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(3000), fc.nat(20_000), async (from, more) => {
        const to = from + more;
        const source = {
          bundle: async (index: number, width: number) => {
            expect(index * 256 + width).toBeLessThanOrEqual(to);
            if (width % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
            return Array.from({ length: width }, (_, n) => Buffer.from(String(index * 256 + n)));
          },
        };
        let next = from;
        for await (const batch of fetchEntries(source, from, to)) {
          expect(batch.length).toBeLessThanOrEqual(8192);
          for (const entry of batch) expect(Number(entry.toString())).toBe(next++);
        }
        expect(next).toBe(to);
      }),
      { numRuns: 20 },
    );
  });

  test('end with the first that can not be fetched', async () => {
    const source = {
      bundle: async (index: number) => {
        if (index >= 40) throw new Error(`no bundle ${index}`);
        return Array.from({ length: 256 }, () => Buffer.alloc(10));
      },
    };
    let count = 0;
    await expect(async () => {
      for await (const batch of fetchEntries(source, 0, 100_000)) count += batch.length;
    }).rejects.toThrow('no bundle 40');
    expect(count).toBe(8192);
  });
});

test('the note of a replica says what was written, and any other bytes are damage', async () => {
  const folder = await temporaryFolder();
  const disk = realTreeDisk();
  expect(await readReplicaNote(folder, disk)).toBeUndefined();
  for (const firstIndex of [undefined, 0, 256, 1_000_192]) {
    await writeReplicaNote(folder, disk, { firstIndex });
    expect(await readReplicaNote(folder, disk)).toEqual({ firstIndex });
  }
  for (const text of [
    '',
    'x',
    'scoremesh audit replica v1',
    'scoremesh audit replica v1\n1',
    'scoremesh audit replica v1\n01\n',
  ]) {
    await writeFile(join(folder, 'replica'), text);
    expect((await errorOf(readReplicaNote(folder, disk))).reason, text).toBe('STATE_CORRUPT');
  }
});
