import {
  feastContract,
  featureContract,
  type InferenceContract,
  inferenceContract,
  type ModelContract,
  modelContract,
  type ScoringContract,
  scoringContract,
} from '../services/contracts.ts';
import type { Client, Contract, Handlers } from '../services/kit/contract/contract.ts';
import type { Instruments } from '../services/kit/rpc/instruments.ts';
import { type Served, serve } from '../services/kit/rpc/served.ts';

/** A role that gives clients of its contracts. */
interface Role {
  client<H, D>(contract: Contract<H, D>): Client<Contract<H, D>>;
}

/** What the gateway answers by itself: with a record of each answer. */
interface Recorded {
  readonly scoring: Handlers<ScoringContract>;
  readonly inference: Handlers<InferenceContract>;
  readonly models: Handlers<ModelContract>;
}

/**
 * All that callers of a gateway reach: one address answers for the whole mesh, wherever its roles run. What predicts or changes
 * models is the gateway's own, never a role's bare service, also where the role is in this process: no answer without a record.
 * The other services are those hosted here or are forwarded: a contract's handlers and its clients have the same shape.
 */
export function publicServices(
  recorded: Recorded,
  { feature, audit }: { readonly feature: Role; readonly audit: Served },
  hosted: readonly Served[],
  instruments: Instruments,
): Served[] {
  const forward = <H, D>(contract: Contract<H, D>, role: Role): Served =>
    hosted.find(({ service }) => service === contract.service) ??
    serve(contract, role.client(contract), instruments);
  return [
    serve(scoringContract, recorded.scoring, instruments),
    serve(modelContract, recorded.models, instruments),
    serve(inferenceContract, recorded.inference, instruments),
    forward(featureContract, feature),
    forward(feastContract, feature),
    audit,
  ];
}
