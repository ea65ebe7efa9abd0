import type { SealedContent__Output } from '../../gen/scoremesh/audit/v1/SealedContent.ts';
import { ByteReader } from '../../kit/wire/byte-reader.ts';
import { paddedLength } from './padding.ts';

/** What is sealed of a record. */
export interface Content {
  /** The data subject as "entity=key"; empty for none. */
  readonly subject: string;
  /** SHA-256 of the request's content, 32 bytes; empty for none. */
  readonly bodyDigest: Buffer;
  /** The serialized Record of what is personal. */
  readonly personal: Buffer;
}

export const saltBytes = 32;

// Tags of SealedContent's fields: number, and wire type 2 for what has a length.
const saltTag = (1 << 3) | 2;
const subjectTag = (2 << 3) | 2;
const bodyDigestTag = (3 << 3) | 2;
const personalTag = (4 << 3) | 2;
const paddingTag = (5 << 3) | 2;
const saltFieldBytes = 2 + saltBytes;
const none: Buffer = Buffer.alloc(0);

/** Lengths of a content and of its parts, known before it is written. */
export interface ContentSize {
  readonly subjectBytes: number;
  readonly unpadded: number;
  /** Of the serialized SealedContent. */
  readonly total: number;
}

export function sizeOf(content: Content): ContentSize {
  const subjectBytes = content.subject === '' ? 0 : Buffer.byteLength(content.subject);
  const unpadded =
    saltFieldBytes +
    fieldBytes(subjectBytes) +
    fieldBytes(content.bodyDigest.length) +
    fieldBytes(content.personal.length);
  let total = paddedLength(unpadded);
  // A field can't fill one byte, nor those gaps that lie between lengths of n and n + 1 bytes.
  while (paddingOf(total - unpadded) === undefined) total = paddedLength(total + 1);
  return { subjectBytes, unpadded, total };
}

/**
 * Writes the serialized SealedContent, `size.total` bytes, at `at`: the same bytes that any Protobuf library writes in order of fields.
 * By hand, because the content's length is known only with its padding, and it is written where it is hashed and encrypted.
 */
export function writeContent(
  into: Buffer,
  at: number,
  content: Content,
  size: ContentSize,
  salt: Buffer,
  saltAt: number,
): void {
  into[at] = saltTag;
  into[at + 1] = saltBytes;
  salt.copy(into, at + 2, saltAt, saltAt + saltBytes);
  let next = at + saltFieldBytes;
  if (size.subjectBytes > 0) {
    next = writeHeader(into, next, subjectTag, size.subjectBytes);
    next += into.write(content.subject, next, 'utf8');
  }
  if (content.bodyDigest.length > 0) {
    next = writeHeader(into, next, bodyDigestTag, content.bodyDigest.length);
    into.set(content.bodyDigest, next);
    next += content.bodyDigest.length;
  }
  if (content.personal.length > 0) {
    next = writeHeader(into, next, personalTag, content.personal.length);
    into.set(content.personal, next);
    next += content.personal.length;
  }
  const end = at + size.total;
  if (next === end) return;
  next = writeHeader(into, next, paddingTag, paddingOf(end - next) ?? 0);
  into.fill(0, next, end);
}

/** The content; its buffers are views of the bytes. Throws on what is no SealedContent. */
export function readContent(bytes: Buffer): SealedContent__Output {
  const reader = new ByteReader(bytes);
  let salt = none;
  let subject = '';
  let bodyDigest = none;
  let personal = none;
  let padding = none;
  while (reader.at < bytes.length) {
    const tag = reader.uint32();
    if (tag === saltTag) salt = reader.bytes();
    else if (tag === subjectTag) subject = reader.text();
    else if (tag === bodyDigestTag) bodyDigest = reader.bytes();
    else if (tag === personalTag) personal = reader.bytes();
    else if (tag === paddingTag) padding = reader.bytes();
    else reader.skip(tag & 7);
  }
  return { salt, subject, bodyDigest, personal, padding };
}

function fieldBytes(length: number): number {
  return length === 0 ? 0 : 1 + varintBytes(length) + length;
}

/** Length of the padding that fills so many bytes with its tag and length; undefined if none does. */
function paddingOf(gap: number): number | undefined {
  if (gap === 0) return 0;
  for (let digits = 1; digits <= 5; digits++) {
    const length = gap - 1 - digits;
    if (length > 0 && varintBytes(length) === digits) return length;
  }
  return undefined;
}

function varintBytes(value: number): number {
  if (value < 1 << 7) return 1;
  if (value < 1 << 14) return 2;
  if (value < 1 << 21) return 3;
  return value < 1 << 28 ? 4 : 5;
}

function writeHeader(into: Buffer, at: number, tag: number, length: number): number {
  into[at] = tag;
  let next = at + 1;
  let left = length;
  for (; left > 127; left >>>= 7) into[next++] = (left & 127) | 128;
  into[next++] = left;
  return next;
}
