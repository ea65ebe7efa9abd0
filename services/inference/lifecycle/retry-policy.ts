// A model whose threads ended for a reason that passes is back soon; one that always ends them is left alone.
const waitsMs = [1_000, 5_000, 30_000];
const forgottenAfterMs = 600_000;

/**
 * How long to wait before a version whose threads were given up is loaded again; undefined for not by itself. `lostAt` are the moments
 * at which that happened, ascending, the last one now; in milliseconds.
 */
export function retryAfterLossMs(lostAt: readonly number[]): number | undefined {
  const now = lostAt.at(-1) ?? 0;
  const recent = lostAt.filter((at) => now - at < forgottenAfterMs).length;
  return waitsMs[recent - 1];
}
