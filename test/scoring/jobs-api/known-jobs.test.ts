import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKnownJobs } from '../../../services/scoring/jobs/known-jobs.ts';

const job = (tenant: string, sequence: number) => ({
  jobId: `j${sequence}`,
  tenant,
  sequence,
  subject: 's',
  takenAtMs: 0,
});

it('whatever is called seen is known, however many are forgotten for others', () => {
  const steps = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 60 });
  fc.assert(
    fc.property(
      steps,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 3 }),
      (tenants, maxJobs, maxTenants) => {
        const known = createKnownJobs(maxJobs, maxTenants);
        for (const [index, tenant] of tenants.entries()) {
          known.add(job(tenant, index + 1));
          // As who looks through the queue of a tenant: only what follows the last look without a gap.
          const before = tenants.slice(0, index).filter((other) => other === tenant);
          if (before.length === 0 || known.seenUpTo(tenant) > 0) known.noteSeenUpTo(tenant, index + 1);
          const held = tenants
            .slice(0, index + 1)
            .filter((owner, at) => known.get(owner, `j${at + 1}`) !== undefined).length;
          expect(held).toBeLessThanOrEqual(maxJobs);
          for (const [at, owner] of tenants.slice(0, index + 1).entries())
            if (at + 1 <= known.seenUpTo(owner) && maxJobs > 1)
              expect(known.get(owner, `j${at + 1}`)?.sequence).toBe(at + 1);
        }
      },
    ),
  );
});
