import { auditContract, featureContract, modelContract } from '../services/contracts.ts';
import type { Client, Contract } from '../services/kit/contract/contract.ts';
import type { Instruments } from '../services/kit/rpc/instruments.ts';
import { type Served, serve } from '../services/kit/rpc/served.ts';

/** A role that gives clients of its contracts. */
interface Role {
  client<H, D>(contract: Contract<H, D>): Client<Contract<H, D>>;
}

/**
 * The services of the other roles, so that one address answers for the whole mesh wherever they run. A contract's handlers and its
 * clients have the same shape: forwarding is serving the client. Those that this process hosts already are left out.
 */
export function publicServices(
  { feature, inference, audit }: { readonly feature: Role; readonly inference: Role; readonly audit: Role },
  hosted: readonly Served[],
  instruments: Instruments,
): Served[] {
  const isHosted = (service: string): boolean => hosted.some((served) => served.service === service);
  const forward = <H, D>(contract: Contract<H, D>, role: Role): Served[] =>
    isHosted(contract.service) ? [] : [serve(contract, role.client(contract), instruments)];
  return [
    ...forward(featureContract, feature),
    ...forward(modelContract, inference),
    ...forward(auditContract, audit),
  ];
}
