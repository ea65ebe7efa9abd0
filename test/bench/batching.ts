import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadSession } from '../../services/inference/execution/session.ts';
import { inferPath } from './cpu-table.ts';
import type { Effort } from './effort.ts';
import { drive } from './load.ts';
import { denseModel } from './models.ts';
import { type Finding, median, progress } from './report.ts';
import { inferMessage, rowMessage } from './requests.ts';
import { type Bench, startInference } from './subjects.ts';

interface Case {
  readonly name: string;
  readonly model: string;
  readonly file: Buffer;
  readonly message: Buffer;
  readonly atLeast: number;
  /** Width of its rows, where the time of a run is what limits both. */
  readonly width?: number;
  readonly inFlight: number;
  readonly requests: number;
}

const trees = fileURLToPath(
  new URL('../../examples/flights/models/flight_delay/1/model.onnx', import.meta.url),
);

function casesOf(requests: number): Case[] {
  return [
    {
      name: 'small model (trees of the flights example)',
      model: 'flight_delay',
      file: readFileSync(trees),
      message: inferMessage(),
      atLeast: 1.4,
      inFlight: 128,
      requests: 2 * requests,
    },
    {
      name: 'heavy model (512-2048-2048-512)',
      model: 'heavy',
      file: denseModel([512, 2048, 2048, 512]),
      message: rowMessage('heavy', 512),
      atLeast: 5,
      width: 512,
      inFlight: 256,
      // One row a run takes milliseconds.
      requests: Math.ceil(requests / 5),
    },
  ];
}

/** Requests per second with batching against the same model at one row a run, in turns. */
export async function measureBatching({ rounds, requests }: Effort): Promise<Finding[]> {
  const cases = casesOf(requests);
  const files = Object.fromEntries(cases.map(({ model, file }) => [`${model}/1/model.onnx`, file]));
  const oneRow = Object.fromEntries(
    cases.map(({ model }) => [`${model}/config.pbtxt`, 'max_batch_size: 1\n']),
  );
  const batched = await startInference(files);
  const single = await startInference({ ...files, ...oneRow });
  const rate = async ({ port }: Bench, { message, inFlight, requests }: Case): Promise<number> =>
    (await drive({ port, path: inferPath, message, requests, connections: 4, inFlight })).rate;
  try {
    const findings: Finding[] = [];
    for (const one of cases) {
      const pairs: { ratio: number; batched: number; single: number }[] = [];
      for (let round = 0; round <= rounds; round++) {
        progress(`batching, ${one.name}: round ${round} of ${rounds}`);
        const pair = { batched: await rate(batched, one), single: await rate(single, one) };
        // Round 0 warms up.
        if (round > 0) pairs.push({ ratio: pair.batched / pair.single, ...pair });
      }
      const rateOf = (which: 'batched' | 'single'): string =>
        median(pairs.map((pair) => pair[which])).toFixed(0);
      findings.push({
        name: `requests/s, ${one.name}`,
        against: 'one row a run',
        values: pairs.map(({ ratio }) => ratio),
        budget: { atLeast: one.atLeast },
        detail: `${rateOf('batched')}/s against ${rateOf('single')}/s, ${one.inFlight} in flight${possible(one)}`,
      });
    }
    return findings;
  } finally {
    await Promise.all([batched.stop(), single.stop()]);
  }
}

/** What batching is worth to ONNX Runtime itself on this machine: the bound of a heavy model's ratio. */
function possible({ file, width }: Case): string {
  if (width === undefined) return '';
  const session = loadSession(file);
  const msPerRow = (rows: number, runs: number): number => {
    const data = new Uint8Array(new Float32Array(rows * width).fill(0.5).buffer);
    const inputs = [{ datatype: 'FP32', shape: [rows, width], data }] as const;
    session.run(inputs);
    const startedAt = performance.now();
    for (let i = 0; i < runs; i++) session.run(inputs);
    return (performance.now() - startedAt) / runs / rows;
  };
  const ratio = msPerRow(1, 200) / msPerRow(64, 20);
  session.close();
  return `; ONNX Runtime alone gains ${ratio.toFixed(1)} from 64 rows a run`;
}
