import { MeshError } from '../../kit/errors/mesh-error.ts';

const dayMs = 86_400_000;

/** Six months: what the EU AI Act (Regulation 2024/1689) asks for logs at least, in Articles 19 and 26. */
export const leastRetentionMs = 183 * dayMs;

/** Throws CONFIG_INVALID if entries are to go that are younger than what must be kept. */
export function refuseYoung(beforeMs: number, nowMs: number, leastMs: number): void {
  const latestMs = nowMs - leastMs;
  if (beforeMs <= latestMs) return;
  throw new MeshError(
    'CONFIG_INVALID',
    `entries may be pruned that are older than ${daysText(leastMs)}, before ${new Date(latestMs).toISOString()}, and ${new Date(beforeMs).toISOString()} is later: name an earlier time, or set SCOREMESH_AUDIT_RETENTION_MINIMUM lower where the law allows it`,
  );
}

export function daysText(ms: number): string {
  const days = ms / dayMs;
  return Number.isInteger(days) ? `${days} days` : `${ms / 1000} s`;
}
