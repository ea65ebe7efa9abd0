import { crc32 } from 'node:zlib';

const checksumBytes = 4;

/** A page token that goes on after this entry, for the same stream only. */
export function writeToken(after: string, stream: string): string {
  const id = Buffer.from(after);
  const checksum = Buffer.alloc(checksumBytes);
  checksum.writeUInt32BE(checksumOf(id, stream));
  return Buffer.concat([id, checksum]).toString('base64url');
}

/** The id that the page begins after; undefined if no page of this stream gave the token. */
export function readToken(text: string, stream: string): string | undefined {
  const token = Buffer.from(text, 'base64url');
  if (token.length <= checksumBytes || token.toString('base64url') !== text) return undefined;
  const id = token.subarray(0, -checksumBytes);
  return token.readUInt32BE(id.length) === checksumOf(id, stream) ? id.toString() : undefined;
}

function checksumOf(id: Buffer, stream: string): number {
  return crc32(`quarantine ${stream}`, crc32(id));
}
