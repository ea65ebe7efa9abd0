import { hash } from 'node:crypto';

/** Where a list goes on: behind this sequence of the stream of jobs, or of that of results. */
export interface ListPlace {
  readonly part: 'waiting' | 'ended';
  readonly after: number;
}

/*
 * A token is the part, the sequence in 7 bytes and the beginning of a hash of both and the question, so that a token of another question, or a
 * mistyped one, is noticed. It protects nothing: whoever may ask may begin anywhere.
 */
const parts = ['waiting', 'ended'] as const;
const sequenceAt = 1;
const checkAt = 8;
const checkBytes = 6;

export function writeListToken({ after, part }: ListPlace, question: string): string {
  const place = Buffer.alloc(checkAt);
  place[0] = parts.indexOf(part);
  place.writeUIntBE(Math.floor(after / 2 ** 32), sequenceAt, 3);
  place.writeUInt32BE(after % 2 ** 32, sequenceAt + 3);
  return Buffer.concat([place, check(place, question)]).toString('base64url');
}

/** Where the token goes on; undefined if it is none of this question. */
export function readListToken(text: string, question: string): ListPlace | undefined {
  const token = Buffer.from(text, 'base64url');
  if (token.toString('base64url') !== text || token.length !== checkAt + checkBytes) return undefined;
  const place = token.subarray(0, checkAt);
  const part = parts[place[0] ?? parts.length];
  if (part === undefined || !token.subarray(checkAt).equals(check(place, question))) return undefined;
  const after = place.readUIntBE(sequenceAt, 3) * 2 ** 32 + place.readUInt32BE(sequenceAt + 3);
  return Number.isSafeInteger(after) ? { part, after } : undefined;
}

function check(place: Buffer, question: string): Buffer {
  const digest = hash('sha256', `${place.toString('hex')} ${question}`, 'binary');
  return Buffer.from(digest.slice(0, checkBytes), 'latin1');
}
