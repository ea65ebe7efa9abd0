import type { AuditConfig } from '../config.ts';

/** Settings of a read replica. Of the audit role's own those of log and index count. */
export interface FollowConfig extends AuditConfig {
  /** Where the writer is, for messages: host:port. */
  readonly writer: string;
  /** The public key that every checkpoint must be signed with; the one met first is kept if not given. */
  readonly vkey?: string | undefined;
  /** How old the last verified checkpoint may be before the replica says that it is not ready; any age if not given. */
  readonly maxAgeMs?: number | undefined;
  /** Between two looks at the writer's checkpoint. */
  readonly pollMs: number;
  /** The longest wait after a failure; the first is as long as pollMs. */
  readonly maxBackoffMs: number;
  /** For one answer of the writer. */
  readonly timeoutMs: number;
}

export const followDefaults = {
  /** Fresh enough for readers, and less than a thousandth of what the writer can do. */
  pollMs: 500,
  maxBackoffMs: 10_000,
  timeoutMs: 10_000,
} as const satisfies Partial<FollowConfig>;
