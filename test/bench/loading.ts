import { setTimeout as wait } from 'node:timers/promises';
import { connect } from '../../gateway/client/client.ts';
import { inferPath } from './cpu-table.ts';
import type { Effort } from './effort.ts';
import { denseModel } from './models.ts';
import { startPacedClient } from './paced.ts';
import { type Finding, median, percentile, progress } from './report.ts';
import { rowMessage } from './requests.ts';
import { startInference } from './subjects.ts';

const perSecond = 500;
const patientMs = 60_000;
/** From the start of one load to the next, at least: ten a second is more than anybody deploys. */
const loadEveryMs = 100;

/** p99 of a small model's requests while another model is loaded and unloaded again and again, against peace. */
export async function measureLoading({ rounds, seconds }: Effort): Promise<Finding[]> {
  const findings: Finding[] = [];
  const bench = await startInference({
    'steady/1/model.onnx': denseModel([30, 256, 256, 1]),
    'light/1/model.onnx': denseModel([30, 64, 1]),
    'heavy/1/model.onnx': denseModel([512, 2048, 2048, 512]),
  });
  const client = startPacedClient();
  const mesh = connect({ address: `127.0.0.1:${bench.port}`, timeoutMs: patientMs });
  const message = rowMessage('steady', 30);
  const load = { port: bench.port, path: inferPath, message, perSecond, timeoutMs: patientMs };
  const p99 = async (seconds: number): Promise<number> => {
    const { latencies } = await client.run({ ...load, seconds });
    const { 0: answered = [], ...refused } = latencies;
    if (Object.keys(refused).length > 0)
      throw new Error(`requests failed while models load: gRPC status ${Object.keys(refused)}`);
    return percentile(answered, 0.99);
  };
  try {
    for (const name of ['light', 'heavy']) {
      const pairs: { steady: number; loading: number }[] = [];
      let loads = 0;
      await mesh.models.UnloadModel({ name });
      for (let round = 0; round <= rounds; round++) {
        progress(`p99 while a ${name} model loads: round ${round} of ${rounds}`);
        const steady = await p99(seconds);
        const reload = { on: true };
        const reloading = (async () => {
          for (; reload.on; loads++) {
            const pause = wait(loadEveryMs);
            await mesh.models.LoadModel({ name });
            await mesh.models.UnloadModel({ name });
            await pause;
          }
        })();
        const loading = await p99(seconds).finally(() => {
          reload.on = false;
          return reloading;
        });
        // Round 0 warms up.
        if (round > 0) pairs.push({ steady, loading });
      }
      findings.push({
        name: `p99 while a ${name} model loads and unloads`,
        against: 'steady state',
        values: pairs.map(({ steady, loading }) => loading / steady),
        budget: { atMost: 1.5 },
        detail: `${median(pairs.map(({ loading }) => loading)).toFixed(2)} ms against ${median(pairs.map(({ steady }) => steady)).toFixed(2)} ms at ${perSecond}/s, ${loads} loads`,
      });
    }
    return findings;
  } finally {
    client.stop();
    await mesh.close();
    await bench.stop();
  }
}
