import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { keysCorrupt } from './fault.ts';
import type { KeyProvider } from './key-provider.ts';
import type { SealingDisk } from './sealing-disk.ts';
import { readWhole, writePrivate } from './whole-file.ts';

/*
 * store.key. Little-endian:
 *
 *    0  8    "SMKEYS1\n"
 *    8  u32  length of the wrapped keys
 *   12       store key (32 bytes) and index key (32 bytes), wrapped together
 *    +  u32  CRC-32 of all before: tells damage from a wrong master key
 */
const magic = 'SMKEYS1\n';
const wrappedAt = 12;
const checksumBytes = 4;
const keyBytes = 32;
const what = 'scoremesh store key v1';

/** The keys of a key folder. */
export interface StoreKeys {
  /** Encrypts the subjects' keys. */
  readonly store: Buffer;
  /** Makes tags of subjects. */
  readonly index: Buffer;
}

/** The keys in the folder; undefined if it has none yet. */
export async function readStoreKeys(
  disk: SealingDisk,
  folder: string,
  provider: KeyProvider,
): Promise<StoreKeys | undefined> {
  const path = join(folder, 'store.key');
  const bytes = await readWhole(disk, path);
  if (bytes === undefined) return undefined;
  const end = bytes.length - checksumBytes;
  const isWhole =
    end >= wrappedAt &&
    bytes.toString('latin1', 0, magic.length) === magic &&
    bytes.readUInt32LE(magic.length) === end - wrappedAt &&
    crc32(bytes.subarray(0, end)) === bytes.readUInt32LE(end);
  if (!isWhole) throw keysCorrupt(path, 'it is damaged');
  const keys = await provider.unwrap(bytes.subarray(wrappedAt, end), what);
  if (keys.length !== 2 * keyBytes) throw keysCorrupt(path, `it holds ${keys.length} bytes of keys`);
  return { store: keys.subarray(0, keyBytes), index: keys.subarray(keyBytes) };
}

/** Makes the folder's keys; durable when it resolves, and proved to come back from the provider. */
export async function makeStoreKeys(
  disk: SealingDisk,
  folder: string,
  provider: KeyProvider,
): Promise<StoreKeys> {
  const keys = randomBytes(2 * keyBytes);
  const wrapped = await provider.wrap(keys, what);
  const path = join(folder, 'store.key');
  if (!(await provider.unwrap(wrapped, what)).equals(keys))
    throw keysCorrupt(path, 'the key provider does not give back what it wrapped');
  const bytes = Buffer.alloc(wrappedAt + wrapped.length + checksumBytes);
  bytes.write(magic, 'latin1');
  bytes.writeUInt32LE(wrapped.length, magic.length);
  bytes.set(wrapped, wrappedAt);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -checksumBytes)), bytes.length - checksumBytes);
  await writePrivate(disk, path, bytes);
  return { store: keys.subarray(0, keyBytes), index: keys.subarray(keyBytes) };
}
