import type { AppendRequest__Output } from '../gen/scoremesh/audit/v1/AppendRequest.ts';
import { isMeshError } from '../kit/errors/mesh-error.ts';
import { maxSealedInlineBytes } from './config.ts';
import type { SubjectSlot } from './log/commit.ts';
import type { SealedKind } from './log/frame.ts';
import type { KeyStore } from './sealing/key-store.ts';
import type { Payloads } from './sealing/payloads.ts';
import { encodeSealedField, type Sealer } from './sealing/sealer.ts';
import type { Subjects } from './subjects.ts';

/** The sealed content of a record that is to be appended. */
export interface SealedRecord {
  readonly slot: number;
  readonly subject: SubjectSlot | undefined;
  readonly sealedKind: SealedKind;
  readonly sealed: Buffer;
  readonly sealedField: Buffer;
}

/** The key slot of content that is about nobody. */
const nobody = 0;
const noBytes = Buffer.alloc(0);
const nothing: SealedRecord = Object.freeze({
  slot: nobody,
  subject: undefined,
  sealedKind: 'none',
  sealed: noBytes,
  sealedField: noBytes,
});

/** Seals what is personal of records. */
export class Sealing {
  readonly #keys: KeyStore;
  readonly #sealer: Sealer;
  readonly #payloads: Payloads;
  readonly #subjects: Subjects;

  constructor(deps: { keys: KeyStore; sealer: Sealer; payloads: Payloads; subjects: Subjects }) {
    this.#keys = deps.keys;
    this.#sealer = deps.sealer;
    this.#payloads = deps.payloads;
    this.#subjects = deps.subjects;
  }

  #seal({ personal, bodyDigest }: AppendRequest__Output, subjectName: string): SealedRecord {
    if (personal.length === 0 && bodyDigest.length === 0) return nothing;
    const subject = subjectName === '' ? undefined : this.#subjects.slotFor(subjectName);
    const slot = subject?.slot ?? nobody;
    const { handle, commitment, sealed } = this.#sealer.seal({
      slot,
      subject: subjectName,
      bodyDigest,
      personal,
    });
    return {
      slot,
      subject,
      sealedKind: 'here',
      sealed,
      sealedField: encodeSealedField({ handle, commitment }),
    };
  }

  /** At once; where keys of new subjects are not ready, what to wait for before it is tried again. */
  sealOrWait(request: AppendRequest__Output, subjectName: string): SealedRecord | Promise<void> {
    try {
      return this.#seal(request, subjectName);
    } catch (error) {
      if (!isMeshError(error) || error.reason !== 'QUEUE_FULL') throw error;
      return this.#keys.refilled();
    }
  }

  /** Whether it has to be stored apart. */
  isLarge({ sealedKind, sealed }: SealedRecord): boolean {
    return sealedKind === 'here' && sealed.length > maxSealedInlineBytes;
  }

  /** Durable when it resolves. */
  async storeApart(record: SealedRecord): Promise<SealedRecord> {
    return { ...record, sealedKind: 'apart', sealed: await this.#payloads.put(record.sealed) };
  }

  /** Removes what was stored apart, where no record came to name it. In the background: what is left by a failure does no harm. */
  discard({ sealedKind, sealed }: SealedRecord): void {
    if (sealedKind === 'apart') this.#payloads.remove(sealed).catch(() => {});
  }

  /** Whether its key is still there, and still its subject's: it may have been erased in the meantime. */
  isCurrent({ subject, slot }: SealedRecord): boolean {
    if (subject === undefined) return true;
    return this.#subjects.isLive(slot) && (this.#subjects.known(subject.tag) ?? slot) === slot;
  }
}
