import { hashBytes } from './merkle-hash.ts';
import type { TreeHead } from './merkle-proof.ts';
import { malformed } from './proof-fault.ts';
import type { NoteSigner } from './signing-key.ts';
import { bytesOfBase64, numberOfDecimal } from './text-forms.ts';

/** What a log says about its tree (c2sp.org/tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  /** Which log. */
  readonly origin: string;
}

/** The note text. */
export function checkpointText(origin: string, { rootHash, size }: TreeHead): string {
  return `${origin}\n${size}\n${rootHash.toString('base64')}\n`;
}

/** A checkpoint of the signer's log, signed: the whole note. */
export function signCheckpoint(signer: NoteSigner, head: TreeHead): string {
  const text = checkpointText(signer.name, head);
  return `${text}\n${signer.sign(text)}`;
}

/** Reads a note text; `firstLine` is the number of its first line, for messages. PROOF_INVALID if it is malformed. */
export function parseCheckpoint(text: string, firstLine = 1): Checkpoint {
  const [origin = '', sizeLine = '', rootLine = '', ...rest] = text.split('\n');
  if (origin === '') throw malformed(firstLine, 'no origin');
  const size = numberOfDecimal(sizeLine);
  if (size === undefined) throw malformed(firstLine + 1, 'no tree size');
  const rootHash = bytesOfBase64(rootLine);
  if (rootHash?.length !== hashBytes) throw malformed(firstLine + 2, 'no root hash in Base 64');
  const unended = rest.pop() !== '';
  const empty = rest.indexOf('');
  if (unended || empty !== -1) throw malformed(firstLine + 3 + Math.max(0, empty), 'no extension line');
  return { origin, size, rootHash };
}
