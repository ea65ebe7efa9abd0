import { hash } from 'node:crypto';
import { type FieldViolation, invalidRequest } from '../../kit/errors/mesh-error.ts';

/** Whose job, and which. */
export interface JobReference {
  readonly tenant: string;
  readonly jobId: string;
}

export const tenantPattern = /^[A-Za-z0-9_-]{1,64}$/;
export const jobIdPattern = /^[A-Za-z0-9_-]{1,128}$/;

/** In whose name a tenant's jobs are scored and recorded: short, whatever a subject holds, and for each tenant another one. */
export function principalOf(tenant: string): string {
  return `job:${tenantPattern.test(tenant) ? tenant : `sha256:${hash('sha256', tenant)}`}`;
}

/** The tenant that a request means; what is wrong with it is added to the violations. */
export function tenantIn(tenant: string, violations: FieldViolation[]): string {
  if (tenant !== '' && !tenantPattern.test(tenant))
    violations.push({
      field: 'tenant',
      description: `"${tenant.slice(0, 80)}" is not 1 to 64 of A-Z a-z 0-9 _ -`,
    });
  return tenant === '' ? 'default' : tenant;
}

export function checkJobId(jobId: string, violations: FieldViolation[], field = 'job_id'): void {
  if (!jobIdPattern.test(jobId))
    violations.push({
      field,
      description: `"${jobId.slice(0, 80)}" is not 1 to 128 of A-Z a-z 0-9 _ -`,
    });
}

/** Throws INVALID_REQUEST with every fault. */
export function checkedReference(request: { readonly tenant: string; readonly jobId: string }): JobReference {
  const violations: FieldViolation[] = [];
  const tenant = tenantIn(request.tenant, violations);
  checkJobId(request.jobId, violations);
  throwIfAny(violations);
  return { tenant, jobId: request.jobId };
}

export function throwIfAny(violations: readonly FieldViolation[]): void {
  if (violations.length > 0) throw invalidRequest(violations);
}
