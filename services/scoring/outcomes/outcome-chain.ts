import { createHash } from 'node:crypto';
import type { Outcome, Outcome__Output } from '../../gen/scoremesh/scoring/v1/Outcome.ts';
import type { Call } from '../../kit/contract/call.ts';
import { messageCodec } from '../../kit/contract/protos.ts';
import { isMeshError } from '../../kit/errors/mesh-error.ts';
import type { AuditTrail, IdempotencyKey } from '../audit-trail.ts';
import { outcomeRecord } from '../records.ts';
import type { OutcomeTarget } from './outcome-target.ts';

/** What an outcome told: the first of its prediction, the same as the last one, or another. */
export type News = 'first' | 'duplicate' | 'corrected';

const outcomeCodec = messageCodec<Outcome, Outcome__Output>('scoremesh.scoring.v1.Outcome');

/**
 * Records outcomes. The outcomes of a prediction are numbered from 1, and each is appended under an idempotency key of its number, with
 * the digest of its values as body: so the log itself decides which of two that come at once is the first, wherever they come from.
 * A first one costs one append, a duplicate a look-up more, a correction two; of many corrections the last is found by bisection.
 */
export function createOutcomeChain(
  { trail, newId }: { readonly trail: AuditTrail; readonly newId: () => string },
  receivedAtMs: number,
  call: Call,
): (target: Pick<OutcomeTarget, 'chain' | 'idempotencyKey'>, outcome: Outcome__Output) => Promise<News> {
  return async ({ chain, idempotencyKey }, outcome) => {
    const recordId = newId();
    const parts = outcomeRecord({ recordId, receivedAtMs, call }, outcome, idempotencyKey);
    const bodyDigest = valuesDigest(outcome);
    const keyOf = (number: number): IdempotencyKey => ({ key: chainKey(chain, number), bodyDigest });
    const exists = async (number: number): Promise<boolean> =>
      (await trail.find(keyOf(number), call)) !== undefined;
    const tell = async (number: number): Promise<'new' | 'same' | 'other'> => {
      try {
        const { existingRecord } = await trail.append(parts, recordId, call, keyOf(number));
        return existingRecord.length === 0 ? 'new' : 'same';
      } catch (error) {
        if (isMeshError(error) && error.reason === 'REQUEST_ID_CONFLICT') return 'other';
        throw error;
      }
    };
    for (let number = 1; ; ) {
      const told = await tell(number);
      if (told === 'new') return number === 1 ? 'first' : 'corrected';
      const last = await lastNumber(number, exists);
      if (last > number) number = last;
      else if (told === 'same') return 'duplicate';
      else number += 1;
    }
  };
}

/** No key of a request begins with a line feed, because it begins with a principal. */
function chainKey(chain: string, number: number): string {
  return `\noutcome\n${chain}\n${number}`;
}

/** The highest number that exists, from one on that does: numbers have no gaps. */
export async function lastNumber(
  first: number,
  exists: (number: number) => Promise<boolean>,
): Promise<number> {
  let low = first;
  let step = 1;
  while (await exists(low + step)) {
    low += step;
    step *= 2;
  }
  for (let high = low + step; high - low > 1; ) {
    const middle = Math.floor((low + high) / 2);
    if (await exists(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Of the values alone: the same truth may be told twice with different moments. */
function valuesDigest({ values }: Outcome__Output): Buffer {
  return createHash('sha256').update(outcomeCodec.encode({ values })).digest();
}
