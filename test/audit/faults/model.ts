import assert from 'node:assert/strict';
import type { AppendRequest__Output } from '../../../services/gen/scoremesh/audit/v1/AppendRequest.ts';
import type { Receipt__Output } from '../../../services/gen/scoremesh/scoring/v1/Receipt.ts';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import type { NoteVerifier } from '../../../services/kit/transparency/verifier-key.ts';
import { noteOf, type RequestPlan, requestOf } from './request.ts';

/** Whether content was erased: `maybe` from the beginning of an erasure until its answer, or until a restart shows it. */
export type Erased = 'no' | 'maybe' | 'yes';

/** An append that was sent. */
export interface Sent {
  readonly plan: RequestPlan;
  readonly request: AppendRequest__Output;
  readonly note: string;
  /** Whether its only call was answered with an error that says that it is not recorded. */
  isRefused: boolean;
  /** Whether an erasure of its subject ran between its first call and its answer. */
  mayBeErased: boolean;
}

/** A record whose append was answered. */
export interface Answered {
  readonly sent: Sent;
  readonly index: number;
  /** Hex. */
  readonly leafHash: string;
  erased: Erased;
}

/** An erasure that runs. */
export interface Erasing {
  readonly subject: string;
  /** What nobody had asked to erase before. */
  readonly records: readonly Answered[];
  /** All that must be erased once it is answered. */
  readonly doubtful: readonly Answered[];
}

/** What callers were told. Nothing else may be assumed, and all of it must hold for ever. */
export class Model {
  readonly sent = new Map<string, Sent>();
  readonly answered = new Map<string, Answered>();
  /** Idempotency key to the prediction that it answered. */
  readonly keys = new Map<string, string>();
  /** Size of the tree to its root in Base 64. */
  readonly heads = new Map<number, string>();
  /** Leaf hashes in hex, by index. */
  readonly leaves: string[] = [];
  /** Hashes of complete subtrees of the leaves, by their range. */
  readonly subtrees = new Map<string, Buffer>();
  readonly #erasing = new Set<Erasing>();
  /** Of erasures that were not answered: each of them erased all of its records or none. */
  unanswered: (readonly Answered[])[] = [];
  erasures = 0;
  receipts = 0;
  verifier: NoteVerifier | undefined;

  send(plan: RequestPlan): Sent {
    const before = this.sent.get(plan.recordId);
    if (before !== undefined) {
      before.isRefused = false;
      return before;
    }
    const sent = {
      plan,
      request: requestOf(plan),
      note: noteOf(plan),
      isRefused: false,
      mayBeErased: this.isErasing(plan.subject),
    };
    this.sent.set(plan.recordId, sent);
    return sent;
  }

  /** An append was answered; with the record of `firstId` if that was there first under its key. */
  answer(sent: Sent, receipt: Receipt__Output | null, firstId: string | undefined): void {
    const { key, recordId } = sent.plan;
    assert(receipt !== null, 'an append is answered with a receipt');
    let first = sent;
    if (firstId !== undefined) {
      const found = this.sent.get(firstId);
      assert(found !== undefined, `the key answers ${firstId}, which nobody has sent`);
      assert.equal(found.plan.key, key, 'the key of another request');
      assert.notEqual(firstId, recordId);
      assert(!this.answered.has(recordId), 'one of two alike was appended, and answered as the other');
      sent.isRefused = true;
      first = found;
    }
    this.#place(first, receipt);
    if (key === '') return;
    const known = this.keys.get(key) ?? first.plan.recordId;
    assert.equal(first.plan.recordId, known, 'a key answers another prediction than before');
    this.keys.set(key, known);
  }

  #place(sent: Sent, receipt: Receipt__Output): void {
    const { recordId } = sent.plan;
    const index = Number(receipt.logIndex);
    const leafHash = receipt.leafHash.toString('hex');
    const known = this.answered.get(recordId);
    if (known === undefined)
      this.answered.set(recordId, { sent, index, leafHash, erased: sent.mayBeErased ? 'maybe' : 'no' });
    else assert.deepEqual({ index, leafHash }, { index: known.index, leafHash: known.leafHash });
    this.leaf(index, leafHash);
    this.receipt(receipt);
  }

  /** A leaf of the log, which never changes. */
  leaf(index: number, leafHash: string): void {
    assert.equal(this.leaves[index] ?? leafHash, leafHash, `leaf ${index} has changed`);
    this.leaves[index] = leafHash;
  }

  /** A receipt was handed out. */
  receipt({ leafHash, logIndex, proof }: Receipt__Output): void {
    assert(this.verifier !== undefined);
    assert.notEqual(proof, '', 'a receipt without a proof');
    const verified = verifyReceipt(proof, { logs: [this.verifier] });
    assert.equal(verified.index, Number(logIndex));
    assert(verified.leafHash.equals(leafHash), 'a receipt of another leaf');
    this.head(verified.size, verified.rootHash);
    this.receipts++;
  }

  /** The log has signed this head. */
  head(size: number, rootHash: Buffer): void {
    const root = rootHash.toString('base64');
    assert.equal(this.heads.get(size) ?? root, root, `two roots of the tree of ${size} entries`);
    this.heads.set(size, root);
  }

  /** Entries that the log must have at least. */
  get leastSize(): number {
    return Math.max(0, ...this.heads.keys());
  }

  isErasing(subject: string): boolean {
    return [...this.#erasing].some((each) => each.subject === subject);
  }

  beginErasure(subject: string): Erasing {
    for (const sent of this.sent.values()) if (sent.plan.subject === subject) sent.mayBeErased = true;
    const about = [...this.answered.values()].filter(
      ({ sent }) => sent.plan.subject === subject && sent.note !== '',
    );
    const records = about.filter(({ erased }) => erased === 'no');
    for (const record of records) record.erased = 'maybe';
    const erasing = { subject, records, doubtful: about.filter(({ erased }) => erased === 'maybe') };
    this.#erasing.add(erasing);
    return erasing;
  }

  /** `nothing`: it was answered that there is nothing to erase, which is true of all that was answered before. */
  endErasure(erasing: Erasing, outcome: 'erased' | 'nothing' | 'unknown'): void {
    this.#erasing.delete(erasing);
    if (outcome === 'unknown') {
      if (erasing.records.length > 0) this.unanswered.push(erasing.records);
      return;
    }
    if (outcome === 'erased') this.erasures++;
    for (const record of erasing.doubtful) record.erased = 'yes';
  }

  /** The process is gone: what ran was not answered. */
  endProcess(): void {
    for (const erasing of this.#erasing) this.endErasure(erasing, 'unknown');
  }
}
