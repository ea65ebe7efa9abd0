import { hash } from 'node:crypto';
import { recordIdBytes } from '../record-id.ts';

/** Where a query goes on: after this id, or of a subject's records after this index. */
export type Place = { readonly id: Buffer } | { readonly index: number };

/*
 * A token is what it goes on after (an id, or the index as 6 bytes) and the beginning of a hash of that and the filter: a token of
 * another query, or a mistyped one, is noticed. It protects nothing: whoever may ask may begin anywhere.
 */
const indexBytes = 6;
const checkBytes = 6;

/** A token that goes on after this place, for the same filter only. */
export function writePageToken(place: Place, filter: string): string {
  const after = 'id' in place ? place.id : Buffer.alloc(indexBytes);
  if ('index' in place) after.writeUIntBE(place.index, 0, indexBytes);
  return Buffer.concat([after, check(after, filter)]).toString('base64url');
}

/** Where the token goes on; undefined if it is none of this filter. */
export function readPageToken(text: string, filter: string): Place | undefined {
  const token = Buffer.from(text, 'base64url');
  if (token.toString('base64url') !== text || token.length <= checkBytes) return undefined;
  const after = token.subarray(0, -checkBytes);
  if (!token.subarray(-checkBytes).equals(check(after, filter))) return undefined;
  if (after.length === recordIdBytes) return { id: after };
  return after.length === indexBytes ? { index: after.readUIntBE(0, indexBytes) } : undefined;
}

function check(after: Buffer, filter: string): Buffer {
  const digest = hash('sha256', `${after.toString('hex')} ${filter}`, 'binary');
  return Buffer.from(digest.slice(0, checkBytes), 'latin1');
}
