/** How often a thread may crash, and how fast it is started again. */
export interface CrashBudget {
  /** Crashes within `windowMs` that are borne; one more is too many. */
  readonly crashes: number;
  readonly windowMs: number;
  /** Wait before the first restart; doubled with every crash in the window. */
  readonly restartMs: number;
  readonly maxRestartMs: number;
}

export const crashBudget: CrashBudget = {
  // A request that kills its thread is rare and is not sent again for ever; a model that always dies shows within a second.
  crashes: 3,
  windowMs: 60_000,
  restartMs: 100,
  maxRestartMs: 5_000,
};

/** What to do after a crash at `crashedAt.at(-1)`: when to start again, or 'give up'. `crashedAt` ascends, in milliseconds. */
export function afterCrash(crashedAt: readonly number[], budget: CrashBudget): { inMs: number } | 'give up' {
  const now = crashedAt.at(-1) ?? 0;
  const recent = crashedAt.filter((at) => now - at < budget.windowMs).length;
  if (recent > budget.crashes) return 'give up';
  return { inMs: Math.min(budget.maxRestartMs, budget.restartMs * 2 ** (recent - 1)) };
}
