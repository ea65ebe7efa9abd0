import type { Checkpoint } from '../../../kit/transparency/checkpoint.ts';
import { parseCheckpoint } from '../../../kit/transparency/checkpoint.ts';
import { parseNote, verifyNote } from '../../../kit/transparency/note.ts';
import { proofInvalid } from '../../../kit/transparency/proof-fault.ts';
import { parseVerifierKey, signatureTypes } from '../../../kit/transparency/verifier-key.ts';

/** A checkpoint that was kept elsewhere, if this key signed it. PROOF_INVALID if not. */
export function trustedCheckpoint(note: string, vkey: string): Checkpoint {
  const parsed = parseNote(note);
  const verifier = parseVerifierKey(vkey, signatureTypes.log);
  verifyNote(parsed, [verifier]);
  const checkpoint = parseCheckpoint(parsed.text);
  if (checkpoint.origin !== verifier.name)
    throw proofInvalid(
      'origin_differs',
      `the checkpoint is of ${checkpoint.origin}, but ${verifier.name} signed it`,
    );
  return checkpoint;
}
