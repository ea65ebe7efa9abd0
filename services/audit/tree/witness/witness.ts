import { MeshError } from '../../../kit/errors/mesh-error.ts';
import type { Log } from '../../../kit/log/log.ts';
import {
  type NoteVerifier,
  parseVerifierKey,
  signatureTypes,
} from '../../../kit/transparency/verifier-key.ts';
import type { MerkleTree } from '../merkle-tree.ts';
import { addCheckpoint, type Failure, type Offer } from './add-checkpoint.ts';

export interface WitnessConfig {
  /** The submission prefix, http or https. */
  readonly url: string;
  /** Its verifier key, name+id+key, of type 0x04. */
  readonly vkey: string;
}

export interface WitnessOptions {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly log: Log;
  /** Called with what became of each offer. */
  readonly answered: (witness: string, outcome: Failure | 'cosigned') => void;
}

const maxDelayMs = 10 * 60_000;

/** What is known about one witness. */
export class Witness {
  readonly verifier: NoteVerifier;
  readonly #url: string;
  readonly #options: WitnessOptions;
  /** What it has cosigned last, and its signature. */
  #cosigned: { readonly text: string; readonly size: number; readonly lines: string } | undefined;
  #failures = 0;
  #lastFailure: Failure | undefined;
  #nextTryAtMs = 0;

  /** CONFIG_INVALID if address or key can't be used. */
  constructor({ url, vkey }: WitnessConfig, options: WitnessOptions) {
    this.verifier = parseVerifierKey(vkey, signatureTypes.witness);
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new MeshError(
        'CONFIG_INVALID',
        `the address of witness ${this.verifier.name} is ${JSON.stringify(url)}: give an http or https URL`,
      );
    this.#url = url;
    this.#options = options;
  }

  /** Size of the tree that it has cosigned last, as far as is known; 0 for none. */
  get cosignedSize(): number {
    return this.#cosigned?.size ?? 0;
  }

  /** Its signature of a checkpoint's note text; undefined if its last is of another. */
  signatureOf(text: string): string | undefined {
    return this.#cosigned?.text === text ? this.#cosigned.lines : undefined;
  }

  /** Takes over what was kept from before. */
  remember({ checkpoint, note }: Offer): void {
    const { keyId, name } = this.verifier;
    const own = note.signatures.find((each) => each.name === name && each.keyId === keyId);
    if (own !== undefined) this.#cosigned = { text: note.text, size: checkpoint.size, lines: own.line };
  }

  /** Offers a checkpoint, unless it has cosigned it, or failed a short time ago. Never rejects. */
  async offer(offer: Offer, tree: Pick<MerkleTree, 'consistencyProof'>, stop: AbortSignal): Promise<void> {
    const { note, checkpoint } = offer;
    if (this.signatureOf(note.text) !== undefined || Date.now() < this.#nextTryAtMs) return;
    const { answered, intervalMs, log, timeoutMs } = this.#options;
    const { verifier } = this;
    const { name } = verifier;
    try {
      const endpoint = { url: this.#url, verifier, timeoutMs };
      const answer = await addCheckpoint(endpoint, offer, this.cosignedSize, tree, stop);
      if (stop.aborted) return;
      answered(name, answer.outcome);
      if (answer.outcome === 'cosigned') {
        if (this.#failures > 0) log.info('a witness cosigns again', { witness: name });
        this.#cosigned = { text: note.text, size: checkpoint.size, lines: answer.lines };
        this.#failures = 0;
        this.#lastFailure = undefined;
        return;
      }
      this.#failed(answer.outcome, answer.why);
    } catch (error) {
      log.error('no consistency proof can be made for a witness', { witness: name, error });
    }
    this.#nextTryAtMs = Date.now() + Math.min(maxDelayMs, intervalMs * 2 ** Math.min(this.#failures, 20));
  }

  #failed(outcome: Failure, why: string): void {
    this.#failures++;
    if (this.#lastFailure === outcome) return;
    this.#lastFailure = outcome;
    const fields = { witness: this.verifier.name, url: this.#url, outcome, why };
    const { log } = this.#options;
    if (outcome === 'inconsistent') log.error('a witness says that this log is not append-only', fields);
    else log.warn('a witness does not cosign', fields);
  }
}
