import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { type Disk, type DiskFile, writeFully } from '../disk.ts';

/*
 * The log is a chain of segment files, 0000000001.log and on. Each begins with a header that is durable before any frame is
 * written. Little-endian:
 *
 *    0  8    "SMAUDIT2"
 *    8  u32  number of the segment
 *   12  u32  salt of the log
 *   16  u64  index of the first record
 *   24  u64  size of the segment before: what belongs to the log of it; 0 in the first
 *   32  u32  CRC-32 of bytes 0..31
 */
const magic = 'SMAUDIT2';
/** Of a log whose frames had what is personal in the clear. */
const earlierMagic = 'SMAUDIT1';

export const headerBytes = 36;

export interface SegmentHeader {
  readonly number: number;
  readonly salt: number;
  readonly firstIndex: number;
  readonly previousSize: number;
}

export function encodeHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.write(magic, 0, 'latin1');
  bytes.writeUInt32LE(header.number, 8);
  bytes.writeUInt32LE(header.salt, 12);
  bytes.writeBigUInt64LE(BigInt(header.firstIndex), 16);
  bytes.writeBigUInt64LE(BigInt(header.previousSize), 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 32)), 32);
  return bytes;
}

/** The header at the start of a segment; undefined if it is not whole or is damaged. */
export function decodeHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < headerBytes || bytes.toString('latin1', 0, 8) !== magic) return undefined;
  if (crc32(bytes.subarray(0, 32)) !== bytes.readUInt32LE(32)) return undefined;
  return {
    number: bytes.readUInt32LE(8),
    salt: bytes.readUInt32LE(12),
    firstIndex: Number(bytes.readBigUInt64LE(16)),
    previousSize: Number(bytes.readBigUInt64LE(24)),
  };
}

/** Whether a segment begins as earlier versions of this software began theirs. */
export function isEarlierFormat(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, earlierMagic.length) === earlierMagic;
}

export function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(10, '0')}.log`);
}

/** Number of the segment in a file of this name; undefined if it is none. */
export function segmentNumber(name: string): number | undefined {
  return /^\d{10}\.log$/.test(name) ? Number.parseInt(name, 10) : undefined;
}

/** A new segment, open for writing; file, header and name are durable. Leaves nothing behind if it fails. */
export async function createSegment(disk: Disk, folder: string, header: SegmentHeader): Promise<DiskFile> {
  const path = segmentPath(folder, header.number);
  const file = await disk.open(path, 'create');
  try {
    await writeFully(file, encodeHeader(header), headerBytes, 0);
    await file.datasync();
    await disk.syncFolder(folder);
    return file;
  } catch (error) {
    await file.close().catch(() => {});
    await disk.remove(path).catch(() => {});
    throw error;
  }
}

/** All of a segment's first `size` bytes. */
export async function readSegment(file: DiskFile, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  const count = await file.read(bytes, 0);
  return bytes.subarray(0, count);
}

export function corrupt(path: string, offset: number, what: string): MeshError {
  return new MeshError(
    'STATE_CORRUPT',
    `${path} is damaged at byte ${offset}: ${what}; restore the audit folder from a backup, or move it away to begin a new log`,
    { metadata: { file: path, offset: String(offset) } },
  );
}
