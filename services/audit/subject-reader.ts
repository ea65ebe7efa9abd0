import { isMeshError } from '../kit/errors/mesh-error.ts';
import type { SubjectSlot } from './log/commit.ts';
import type { Frame } from './log/frame.ts';
import { type KeyStore, subjectlessSlot } from './sealing/key-store.ts';
import type { Payloads } from './sealing/payloads.ts';
import { readSealedField, type Sealer } from './sealing/sealer.ts';

/** Whose content a frame has, as the index keeps it. */
export type SubjectReader = (frame: Frame) => Promise<SubjectSlot | undefined>;

/** By opening it. */
export function createSubjectReader(deps: {
  readonly keys: KeyStore;
  readonly sealer: Sealer;
  readonly payloads: Payloads;
}): SubjectReader {
  const { keys, sealer, payloads } = deps;
  return async ({ slot, sealedKind, sealed, entry }) => {
    if (slot === subjectlessSlot || sealedKind === 'none') return undefined;
    keys.noteUsed(slot);
    const content = sealedKind === 'apart' ? await storedApart(payloads, sealed) : sealed;
    const tie = readSealedField(entry);
    if (content === undefined || tie === undefined) return undefined;
    const opened = sealer.open({ slot, sealed: content, handle: tie.handle, commitment: tie.commitment });
    if (typeof opened === 'string' || opened.subject === '') return undefined;
    return { tag: keys.tagOf(opened.subject), slot };
  };
}

/** What is damaged is lost, and no reason not to start: who reads the record is told. */
async function storedApart(payloads: Payloads, reference: Buffer): Promise<Buffer | undefined> {
  try {
    return await payloads.get(reference);
  } catch (error) {
    if (isMeshError(error) && error.reason === 'STATE_CORRUPT') return undefined;
    throw error;
  }
}
