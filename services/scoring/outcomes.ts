import type { AuditContract } from '../contracts.ts';
import type { Outcome__Output as Outcome } from '../gen/scoremesh/scoring/v1/Outcome.ts';
import type { RecordOutcomesRequest__Output as RecordOutcomesRequest } from '../gen/scoremesh/scoring/v1/RecordOutcomesRequest.ts';
import type { RecordOutcomesResponse__Output as RecordOutcomesResponse } from '../gen/scoremesh/scoring/v1/RecordOutcomesResponse.ts';
import type { Call } from '../kit/contract/call.ts';
import type { Client } from '../kit/contract/contract.ts';
import { invalidRequest } from '../kit/errors/mesh-error.ts';
import type { AuditTrail } from './audit-trail.ts';
import { createOutcomeChain } from './outcomes/outcome-chain.ts';
import { outcomeFaults } from './outcomes/outcome-faults.ts';
import { type OutcomeTarget, outcomeTarget } from './outcomes/outcome-target.ts';
import { nowMs } from './records.ts';

export interface OutcomeDeps {
  readonly audit: Client<AuditContract>;
  readonly trail: AuditTrail;
  readonly newId: () => string;
}

/**
 * Appends one record for each outcome that tells something new; resolves when all are durable. Every fault of the request is named
 * before anything is written. To be repeated as a whole when it fails: what was recorded then counts as a duplicate.
 */
export async function recordOutcomes(
  { outcomes }: RecordOutcomesRequest,
  deps: OutcomeDeps,
  call: Call,
): Promise<RecordOutcomesResponse> {
  const violations = outcomeFaults(outcomes);
  if (violations.length > 0) throw invalidRequest(violations);
  const receivedAtMs = nowMs();
  const targets = await Promise.all(outcomes.map((outcome) => outcomeTarget(outcome, deps.audit, call)));
  const erased = targets.flatMap((target, place) =>
    target.isErased
      ? [
          {
            field: `outcomes[${place}]`,
            description:
              'its prediction was erased on request, and nothing more about it is recorded; leave it out',
          },
        ]
      : [],
  );
  if (erased.length > 0) throw invalidRequest(erased);

  const counts = { joined: 0, unknown: 0, duplicate: 0, corrected: 0 };
  const record = createOutcomeChain(deps, receivedAtMs, call);
  const chains = new Map<string, { readonly target: OutcomeTarget; readonly outcomes: Outcome[] }>();
  for (const [place, target] of targets.entries()) {
    const outcome = outcomes[place];
    if (outcome === undefined) continue;
    if (target.isKnown) counts.joined += 1;
    else counts.unknown += 1;
    const chain = chains.get(target.chain) ?? { target, outcomes: [] };
    chains.set(target.chain, chain);
    chain.outcomes.push({ ...outcome, predictionId: target.predictionId });
  }
  await Promise.all(
    // Those of one prediction one after the other: each is compared with the one before.
    [...chains.values()].map(async ({ target, outcomes }) => {
      for (const outcome of outcomes) {
        const news = await record(target, outcome);
        if (!target.isKnown) continue;
        if (news === 'duplicate') counts.duplicate += 1;
        else if (news === 'corrected') counts.corrected += 1;
      }
    }),
  );
  return counts;
}
