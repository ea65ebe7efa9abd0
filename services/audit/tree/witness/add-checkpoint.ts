import type { Checkpoint } from '../../../kit/transparency/checkpoint.ts';
import { type Note, parseSignatures } from '../../../kit/transparency/note.ts';
import { numberOfDecimal } from '../../../kit/transparency/text-forms.ts';
import { hashLines } from '../../../kit/transparency/tlog-proof.ts';
import type { NoteVerifier } from '../../../kit/transparency/verifier-key.ts';
import type { MerkleTree } from '../merkle-tree.ts';

/** A checkpoint that is offered. */
export interface Offer {
  /** The whole signed note. */
  readonly text: string;
  readonly note: Note;
  readonly checkpoint: Checkpoint;
}

/** What became of an offer; `why` is for people. */
export type Answer =
  | { readonly outcome: 'cosigned'; readonly lines: string }
  | { readonly outcome: Failure; readonly why: string };

export type Failure =
  /** No answer, or none in time. */
  | 'unreachable'
  /** It does not know this log, or not this key of it. */
  | 'unknown_log'
  /** It refuses the proof, or has seen a tree that ours does not contain: an alarm. */
  | 'inconsistent'
  /** An answer that the protocol does not have, or a signature that does not verify. */
  | 'invalid_answer';

export interface WitnessEndpoint {
  /** The submission prefix. */
  readonly url: string;
  readonly verifier: NoteVerifier;
  readonly timeoutMs: number;
}

/** A witness that is offered checkpoints by several processes moves between two requests; more often it does not make sense. */
const maxTries = 3;
const maxAnswerBytes = 64 * 1024;

/**
 * Offers a checkpoint to a witness (c2sp.org/tlog-witness, add-checkpoint) that is believed to have cosigned the tree of `knownSize`,
 * and verifies what it answers. Takes at most `timeoutMs` for each of three requests. Never rejects but with the tree's STATE_CORRUPT.
 */
export async function addCheckpoint(
  endpoint: WitnessEndpoint,
  offer: Offer,
  knownSize: number,
  tree: Pick<MerkleTree, 'consistencyProof'>,
  stop: AbortSignal,
): Promise<Answer> {
  const { size } = offer.checkpoint;
  let old = Math.min(knownSize, size);
  for (let tries = 0; tries < maxTries; tries++) {
    const { hashes } = await tree.consistencyProof(old, size);
    const request = `old ${old}\n${hashLines(hashes)}\n${offer.text}`;
    const { body, status } = await post(endpoint, request, stop);
    if (status === 200) return cosignatures(endpoint.verifier, offer.note, body);
    if (status !== 409) return failure(status, body);
    const latest = body.endsWith('\n') ? numberOfDecimal(body.slice(0, -1)) : undefined;
    if (latest === undefined) return failure(status, body);
    if (latest > size)
      return inconsistent(`it has cosigned a tree of ${latest} entries, and this log has but ${size}`);
    if (latest === old) return inconsistent(`it has cosigned another tree of ${latest} entries`);
    old = latest;
  }
  return { outcome: 'invalid_answer', why: `its size changed with each of ${maxTries} requests` };
}

/** The witness's signatures of an answer. What others have signed is left out. */
function cosignatures(verifier: NoteVerifier, note: Note, body: string): Answer {
  try {
    const own = parseSignatures(body).filter(
      ({ keyId, name }) => name === verifier.name && keyId === verifier.keyId,
    );
    const [signature] = own;
    if (signature === undefined) return invalid('its answer has no signature of its key');
    if (!verifier.verify(note.text, signature.bytes)) return invalid('its signature does not verify');
    return { outcome: 'cosigned', lines: signature.line };
  } catch (error) {
    return invalid(`its answer has no signatures: ${(error as Error).message}`);
  }
}

function invalid(why: string): Answer {
  return { outcome: 'invalid_answer', why };
}

function inconsistent(why: string): Answer {
  return { outcome: 'inconsistent', why };
}

function failure(status: number, body: string): Answer {
  const said = JSON.stringify(body.slice(0, 200));
  switch (status) {
    case 0:
      return { outcome: 'unreachable', why: body };
    case 403:
      return { outcome: 'unknown_log', why: `it does not trust the key of this log: ${said}` };
    case 404:
      return { outcome: 'unknown_log', why: `it does not know the origin of this log: ${said}` };
    case 422:
      return inconsistent(`it refuses the consistency proof: ${said}`);
    default:
      return invalid(`HTTP status ${status}: ${said}`);
  }
}

/** Status 0 with the reason in `body` where there was no answer. */
async function post(
  { timeoutMs, url }: WitnessEndpoint,
  body: string,
  stop: AbortSignal,
): Promise<{ readonly status: number; readonly body: string }> {
  const abort = new AbortController();
  const onStop = (): void => abort.abort(new Error('this process is stopping'));
  const timer = setTimeout(() => abort.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  stop.addEventListener('abort', onStop);
  try {
    if (stop.aborted) onStop();
    const response = await fetch(`${url.replace(/\/+$/, '')}/add-checkpoint`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body,
      redirect: 'error',
      signal: abort.signal,
    });
    return { status: response.status, body: await boundedText(response) };
  } catch (error) {
    const { cause, message } = error as Error;
    return { status: 0, body: cause instanceof Error ? `${message}: ${cause.message}` : message };
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxAnswerBytes) throw new Error(`its answer has more than ${maxAnswerBytes} bytes`);
  }
  return Buffer.concat(chunks).toString();
}
