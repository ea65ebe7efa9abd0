import { inferPath } from './cpu-table.ts';
import type { Effort } from './effort.ts';
import { drive } from './load.ts';
import { deepModel } from './models.ts';
import { startPacedClient } from './paced.ts';
import { type Finding, median, percentile, progress } from './report.ts';
import { rowMessage } from './requests.ts';
import { startInference } from './subjects.ts';

const width = 512;
// About 3 ms a run, one row at a time: the model's thread is what is overloaded, and callers take no time from it.
const depth = 240;
const timeoutMs = 100;
const refusalMs = 10;
/** The deep model's answers a second, about: what it takes to see its peak for as long as its overload. */
const peakPerSecond = 160;

/**
 * Answers per second within their deadline while twice as many requests come as can be answered, against the most that are
 * answered when callers wait for each other; and how long those that are refused wait for it.
 */
export async function measureOverload({ rounds, seconds }: Effort): Promise<Finding[]> {
  const bench = await startInference({ 'deep/1/model.onnx': deepModel(width, depth) });
  const client = startPacedClient();
  const message = rowMessage('deep', width);
  const target = { port: bench.port, path: inferPath, message };
  const seen: { peak: number; goodput: number; refused: number[]; late: number }[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      progress(`goodput under overload: round ${round} of ${rounds}`);
      const { rate: peak } = await drive({
        ...target,
        requests: Math.ceil(peakPerSecond * seconds),
        connections: 4,
        inFlight: 16,
      });
      const { latencies, tookMs } = await client.run({ ...target, perSecond: 2 * peak, seconds, timeoutMs });
      const { 0: answered = [], ...others } = latencies;
      const inTime = answered.filter((ms) => ms <= timeoutMs).length;
      // Round 0 warms up.
      if (round > 0)
        seen.push({
          peak,
          goodput: (inTime / tookMs) * 1000,
          refused: Object.values(others).flat(),
          late: answered.length - inTime,
        });
    }
    const middle = (of: (round: (typeof seen)[number]) => number): string => median(seen.map(of)).toFixed(0);
    const refusedMs = seen.map(({ refused }) => (refused.length === 0 ? 0 : percentile(refused, 0.99)));
    return [
      {
        name: 'goodput at twice the load',
        against: 'peak',
        values: seen.map(({ goodput, peak }) => goodput / peak),
        budget: { atLeast: 0.9 },
        detail: `${middle(({ goodput }) => goodput)}/s of ${middle(({ peak }) => peak)}/s in time, ${middle(({ late }) => late)} late a round, deadline ${timeoutMs} ms`,
      },
      {
        name: 'refusal, p99',
        against: `${refusalMs} ms`,
        values: refusedMs.map((ms) => ms / refusalMs),
        budget: { atMost: 1 },
        detail: `${median(refusedMs).toFixed(2)} ms, ${middle(({ refused }) => refused.length)} refused a round, ${middle(({ refused }) => refused.filter((ms) => ms > refusalMs).length)} of them later`,
      },
    ];
  } finally {
    client.stop();
    await bench.stop();
  }
}
