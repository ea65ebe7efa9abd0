import assert from 'node:assert/strict';
import type { AppendRequest__Output } from '../../../services/gen/scoremesh/audit/v1/AppendRequest.ts';
import type { AppendResponse__Output } from '../../../services/gen/scoremesh/audit/v1/AppendResponse.ts';
import type { Receipt__Output } from '../../../services/gen/scoremesh/scoring/v1/Receipt.ts';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import type { NoteVerifier } from '../../../services/kit/transparency/verifier-key.ts';
import { recordCodec } from '../fixture.ts';

/** Whether content was erased: `maybe` from the beginning of an erasure until its answer, or until a restart shows it. */
export type Erased = 'no' | 'maybe' | 'yes';

/** An append that was sent. */
export interface Sent {
  readonly request: AppendRequest__Output;
  /** Whose content it is; empty for nobody's. */
  readonly subject: string;
  /** What its content says; empty for no content. */
  readonly note: string;
  /** Whether a call of it was answered with an error that says that it is not recorded, and no call otherwise. */
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

/** An erasure that was not answered: all of its records are erased by it, or none. */
export type Unanswered = readonly Answered[];

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
  /** Erasures that run, by subject: how many. */
  readonly erasing = new Map<string, number>();
  unanswered: Unanswered[] = [];
  erasures = 0;
  receipts = 0;
  verifier: NoteVerifier | undefined;

  send(request: AppendRequest__Output, subject: string, note: string): Sent {
    const before = this.sent.get(request.recordId);
    if (before !== undefined) {
      before.isRefused = false;
      return before;
    }
    const sent = { request, subject, note, isRefused: false, mayBeErased: this.isErasing(subject) };
    this.sent.set(request.recordId, sent);
    return sent;
  }

  /** An append was answered. */
  answer(sent: Sent, { existingRecord, receipt }: AppendResponse__Output): void {
    const { request } = sent;
    assert(receipt !== null, 'an append is answered with a receipt');
    let first = sent;
    if (existingRecord.length > 0) {
      const { recordId } = recordCodec.decode(existingRecord);
      const found = this.sent.get(recordId);
      assert(found !== undefined, `the key answers ${recordId}, which nobody has sent`);
      assert.equal(found.request.idempotencyKey, request.idempotencyKey, 'the key of another request');
      assert.notEqual(recordId, request.recordId);
      assert(!this.answered.has(request.recordId), 'one of two alike was appended, and answered as the other');
      sent.isRefused = true;
      first = found;
    }
    this.#place(first, receipt);
    if (request.idempotencyKey === '') return;
    const known = this.keys.get(request.idempotencyKey);
    if (known !== undefined)
      assert.equal(first.request.recordId, known, 'a key answers another prediction than before');
    this.keys.set(request.idempotencyKey, first.request.recordId);
  }

  #place(sent: Sent, receipt: Receipt__Output): void {
    const { recordId } = sent.request;
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
    return (this.erasing.get(subject) ?? 0) > 0;
  }

  of(subject: string): Answered[] {
    return [...this.answered.values()].filter(({ sent }) => sent.subject === subject && sent.note !== '');
  }

  beginErasure(subject: string): Answered[] {
    this.erasing.set(subject, (this.erasing.get(subject) ?? 0) + 1);
    for (const sent of this.sent.values()) if (sent.subject === subject) sent.mayBeErased = true;
    const records = this.of(subject);
    const certain = records.filter(({ erased }) => erased === 'no');
    for (const record of certain) record.erased = 'maybe';
    return certain;
  }

  endErasure(subject: string): void {
    this.erasing.set(subject, (this.erasing.get(subject) ?? 0) - 1);
  }
}
