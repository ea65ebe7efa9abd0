import { proofInvalid } from '../../kit/transparency/proof-fault.ts';

/** The entries of a bundle (c2sp.org/tlog-tiles), each a view. PROOF_INVALID unless it has exactly so many. */
export function entriesOfBundle(bundle: Buffer, count: number, path: string): Buffer[] {
  const entries: Buffer[] = [];
  let at = 0;
  while (at + 2 <= bundle.length && entries.length < count) {
    const end = at + 2 + bundle.readUInt16BE(at);
    if (end > bundle.length) break;
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  if (entries.length === count && at === bundle.length) return entries;
  throw proofInvalid('malformed', `${path} of the writer is no bundle of ${count} entries`);
}
