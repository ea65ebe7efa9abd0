import { hashBytes, leafHash } from './merkle-hash.ts';
import { rootOfInclusion } from './merkle-proof.ts';
import { cosignersOf, verifyNote } from './note.ts';
import { malformed, proofInvalid } from './proof-fault.ts';
import { parseTlogProof, type TlogProof } from './tlog-proof.ts';
import type { NoteVerifier } from './verifier-key.ts';

export interface ReceiptTrust {
  /** Keys of the log: any of them must have signed. */
  readonly logs: readonly NoteVerifier[];
  /** Keys of witnesses. Default: none. */
  readonly witnesses?: readonly NoteVerifier[];
  /** How many of the witnesses must have cosigned. Default: all. */
  readonly quorum?: number;
  /** The entry itself, to be compared with the leaf. Default: only that some entry with the leaf hash is in the log. */
  readonly entry?: Uint8Array;
}

/** What a receipt proves. */
export interface VerifiedReceipt {
  readonly origin: string;
  readonly index: number;
  readonly leafHash: Buffer;
  /** Of the tree that the log signed. */
  readonly size: number;
  readonly rootHash: Buffer;
  /** Names of the witnesses that have cosigned, of those that were asked about. */
  readonly witnesses: readonly string[];
}

/**
 * Verifies a receipt alone, without the log. PROOF_INVALID says what is wrong and, by the `fault` in its metadata, in what way.
 * UTF-8 where it is bytes. About 0.2 ms.
 */
export function verifyReceipt(receipt: string | Uint8Array, trust: ReceiptTrust): VerifiedReceipt {
  const proof = parseTlogProof(typeof receipt === 'string' ? receipt : textOfBytes(receipt));
  const { checkpoint, hashes, index, note } = proof;
  const { origin, rootHash, size } = checkpoint;
  const signers = verifyNote(note, trust.logs);
  if (!signers.some(({ name }) => name === origin))
    throw proofInvalid(
      'origin_differs',
      `the checkpoint is of ${origin}, but ${signers.map(({ name }) => name).join(', ')} signed it`,
    );
  const leaf = leafOf(proof, trust.entry);
  if (rootOfInclusion(leaf, index, size, hashes)?.equals(rootHash) !== true)
    throw proofInvalid(
      'proof_differs',
      `the proof does not lead from leaf ${leaf.toString('hex')} at index ${index} to the root of the tree of ${size} entries`,
    );
  const witnesses = cosignersOf(note, trust.witnesses ?? []).map(({ name }) => name);
  const quorum = trust.quorum ?? trust.witnesses?.length ?? 0;
  if (witnesses.length < quorum)
    throw proofInvalid(
      'quorum_missing',
      `${witnesses.length} of the witnesses have cosigned (${witnesses.join(', ') || 'none'}), and ${quorum} must have`,
    );
  return { origin, index, leafHash: leaf, size, rootHash, witnesses };
}

function leafOf({ extra }: TlogProof, entry: Uint8Array | undefined): Buffer {
  if (extra !== undefined && extra.length !== hashBytes)
    throw malformed(2, `the extra data have ${extra.length} bytes and are no leaf hash`);
  if (entry === undefined) {
    if (extra !== undefined) return extra;
    throw proofInvalid('leaf_unknown', 'the receipt names no leaf hash: give the entry to verify it with');
  }
  const leaf = leafHash(entry);
  if (extra !== undefined && !leaf.equals(extra))
    throw proofInvalid(
      'entry_differs',
      `the entry of ${entry.length} bytes hashes to ${leaf.toString('hex')}, but the receipt is of ${extra.toString('hex')}`,
    );
  return leaf;
}

function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed(firstInvalidLine(bytes), 'it is not UTF-8');
  }
}

/** The line of the first byte that breaks UTF-8. */
function firstInvalidLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    const to = end === -1 ? bytes.length : end + 1;
    try {
      decoder.decode(bytes.subarray(from, to));
    } catch {
      return line;
    }
    from = to;
  }
  return line;
}
