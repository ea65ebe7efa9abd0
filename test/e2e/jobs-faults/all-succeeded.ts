import { expect } from 'vitest';
import { accountsOf, untilSettled } from './accounts.ts';
import type { FaultMesh } from './fault-mesh.ts';
import type { CountedJob } from './submission.ts';

/** All of the tenant's jobs succeeded, each with one result and one record, and nothing else is there. */
export async function expectAllSucceeded(
  mesh: FaultMesh,
  tenant: string,
  submitted: readonly CountedJob[],
): Promise<void> {
  await untilSettled(mesh, tenant, submitted.length);
  const accounts = await accountsOf(mesh, tenant, submitted);
  expect(accounts).toMatchObject({
    faults: [],
    states: { SUCCEEDED: submitted.length },
    records: submitted.length,
    deadLetters: 0,
  });
}
