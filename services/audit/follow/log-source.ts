import type { AuditContract } from '../../contracts.ts';
import { type Call, Cancellation, untraced } from '../../kit/contract/call.ts';
import type { Client } from '../../kit/contract/contract.ts';
import { isNotFound } from '../../kit/errors/mesh-error.ts';
import { hashBytes } from '../../kit/transparency/merkle-hash.ts';
import { proofInvalid } from '../../kit/transparency/proof-fault.ts';
import { numberOfDecimal } from '../../kit/transparency/text-forms.ts';
import { tileBytes, tileWidth } from '../tree/tile.ts';
import { tilePath } from '../tree/tile-path.ts';
import { entriesOfBundle } from './bundle.ts';

export type LogClient = Pick<Client<AuditContract>, 'ReadLog' | 'GetConsistencyProof'>;

const maxNoteBytes = 64 * 1024;
/** A proof has at most a few hashes for each bit of the size. */
const maxProofHashes = 128;

/** What a log says of itself, fetched and taken apart. Nothing of it is believed here; PROOF_INVALID where it is malformed. */
export class LogSource {
  readonly #client: LogClient;
  readonly #timeoutMs: number;
  /** Ends what is in flight. */
  readonly cancellation = new Cancellation();

  constructor(client: LogClient, timeoutMs: number) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
  }

  /** The newest signed checkpoint, the whole note. */
  async checkpoint(): Promise<string> {
    return await this.#note('checkpoint');
  }

  /** The newest one that witnesses have cosigned; undefined if there is none. */
  async cosigned(): Promise<string | undefined> {
    try {
      return await this.#note('cosigned');
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** The public key that it says it has. */
  async vkey(): Promise<string> {
    return (await this.#note('vkey')).trimEnd();
  }

  /** The first index of a whole bundle of entries that is still there. */
  async minimum(): Promise<number> {
    const minimum = numberOfDecimal((await this.#note('minimum')).trimEnd());
    if (minimum === undefined || minimum % tileWidth !== 0)
      throw proofInvalid('malformed', 'the minimum index of the writer is no multiple of 256');
    return minimum;
  }

  /** The first `width` entries of a bundle. */
  async bundle(index: number, width: number): Promise<Buffer[]> {
    const path = tilePath('entries', index, width);
    return entriesOfBundle(await this.#read(path), width, path);
  }

  /** The leaf hashes of a full tile. */
  async leafTile(index: number): Promise<Buffer[]> {
    const path = tilePath(0, index);
    const tile = await this.#read(path);
    if (tile.length !== tileBytes)
      throw proofInvalid('malformed', `${path} of the writer has ${tile.length} bytes, not ${tileBytes}`);
    return hashesOf(tile);
  }

  /** Proof that the tree of one size is the beginning of that of another. */
  async consistencyProof(fromSize: number, toSize: number): Promise<readonly Buffer[]> {
    const { hashes } = await this.#client.GetConsistencyProof(
      { fromSize: String(fromSize), toSize: String(toSize) },
      this.#call(),
    );
    if (hashes.length > maxProofHashes || hashes.some((hash) => hash.length !== hashBytes))
      throw proofInvalid('malformed', `the proof of the writer from ${fromSize} to ${toSize} is none`);
    return hashes;
  }

  async #note(path: string): Promise<string> {
    const content = await this.#read(path);
    if (content.length > maxNoteBytes)
      throw proofInvalid('malformed', `${path} of the writer has ${content.length} bytes`);
    return content.toString('utf8');
  }

  async #read(path: string): Promise<Buffer> {
    return (await this.#client.ReadLog({ path }, this.#call())).content;
  }

  #call(): Call {
    return {
      deadline: performance.now() + this.#timeoutMs,
      cancellation: this.cancellation,
      principal: 'audit replica',
      trace: untraced,
      span: undefined,
    };
  }
}

function hashesOf(tile: Buffer): Buffer[] {
  return Array.from({ length: tileWidth }, (_, n) => tile.subarray(n * hashBytes, (n + 1) * hashBytes));
}
