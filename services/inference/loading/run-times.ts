import type { Run } from './batch-certificate.ts';
import type { Inputs } from './generated-rows.ts';

/** A measured run: median of several, in milliseconds. */
export interface RunTime {
  readonly rows: number;
  readonly ms: number;
}

const batchSizes = [1, 8, 32, 128];
const samples = 7;
// Slow models show their time at once.
const limitMs = 500;

/**
 * Times runs of batches of up to `maxRows` rows, as `batchOf` makes them; the larger ones are left out if they would take too
 * long. Throws what `run` throws.
 */
export function measureRuns(
  batchOf: (rows: number) => Inputs,
  maxRows: number,
  run: Run,
  check: () => void,
): RunTime[] {
  const measured: RunTime[] = [];
  const startedAt = performance.now();
  for (const size of batchSizes) {
    const last = measured.at(-1);
    const leftMs = limitMs - (performance.now() - startedAt);
    if (size > maxRows || (last !== undefined && (last.ms * size) / last.rows > leftMs)) break;
    const inputs = batchOf(size);
    run(inputs);
    const times: number[] = [];
    for (let i = 0; i < samples && (i === 0 || performance.now() - startedAt < limitMs); i++) {
      check();
      const runAt = performance.now();
      run(inputs);
      times.push(performance.now() - runAt);
    }
    measured.push({ rows: size, ms: median(times) });
  }
  return measured;
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >>> 1] ?? 0;
}
