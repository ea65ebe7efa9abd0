import { isMeshError, MeshError } from '../errors/mesh-error.ts';

/** What is wrong with a receipt, a checkpoint, or a proof. */
export type ProofFault =
  /** It is not in the format; `line` says where. */
  | 'malformed'
  /** No signature is by a key that is trusted here. */
  | 'unknown_key'
  /** A signature by a key that is trusted here does not verify. */
  | 'bad_signature'
  /** The checkpoint is of another log than the key that signed it. */
  | 'origin_differs'
  /** The inclusion proof does not lead to the root of the checkpoint. */
  | 'proof_differs'
  /** The entry does not hash to the leaf. */
  | 'entry_differs'
  /** The content is not what the entry commits to. */
  | 'content_differs'
  /** The receipt names no leaf hash, and no entry was given. */
  | 'leaf_unknown'
  /** Fewer witnesses than asked for have cosigned. */
  | 'quorum_missing';

/** PROOF_INVALID with the fault, and the number of the line where there is one, in its metadata. */
export function proofInvalid(fault: ProofFault, message: string, line?: number): MeshError {
  const metadata = line === undefined ? { fault } : { fault, line: String(line) };
  return new MeshError('PROOF_INVALID', message, { metadata });
}

export function malformed(line: number, what: string): MeshError {
  return proofInvalid('malformed', `malformed at line ${line}: ${what}`, line);
}

/** The fault that an error names; undefined if it is another error. */
export function proofFaultOf(error: unknown): ProofFault | undefined {
  if (!isMeshError(error) || error.reason !== 'PROOF_INVALID') return undefined;
  return error.details.metadata?.fault as ProofFault | undefined;
}
