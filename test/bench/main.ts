import { parseArgs } from 'node:util';
import { drive, type Load } from './load.ts';
import { cpuSeconds } from './processes.ts';
import { inferMessage, scoreMessage } from './requests.ts';
import {
  type Bench,
  startDeferred,
  startEcho,
  startFourProcesses,
  startInference,
  startOneProcess,
  startSink,
} from './subjects.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

if (values.help) {
  console.log(`npm run bench -- [--requests 20000] [--rounds 5] [--only score]

Measures CPU per request of each path against a bare grpc-js echo of the same bytes, in turns, and prints the median ratio.
--only takes a part of a row's name.`);
} else {
  await main(Number(values.requests), Number(values.rounds), values.only);
}

/** One row of the table of budgets in DESIGN. */
interface Row {
  readonly name: string;
  readonly against: 'echo' | 'one process' | 'deferred';
  readonly budget: number;
  readonly start: () => Promise<Bench>;
  readonly path: string;
  readonly message: Buffer;
}

interface Sample {
  readonly cpuUs: number;
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function main(requests: number, rounds: number, only: string): Promise<void> {
  const score = { path: '/scoremesh.scoring.v1.ScoringService/Score', message: scoreMessage() };
  const infer = { path: '/inference.GRPCInferenceService/ModelInfer', message: inferMessage() };
  const sink = await startSink();
  const traced = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}`,
    OTEL_BSP_SCHEDULE_DELAY: '500',
    OTEL_BSP_MAX_QUEUE_SIZE: '100000',
  };
  const notSampled = { ...traced, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' };
  const rows: Row[] = [
    {
      name: 'ModelInfer on the inference role',
      against: 'echo',
      budget: 1.5,
      start: startInference,
      ...infer,
    },
    {
      name: 'full score, one process, audit required',
      against: 'echo',
      budget: 2.5,
      start: () => startOneProcess(),
      ...score,
    },
    {
      name: 'full score, four processes over links',
      against: 'echo',
      budget: 5,
      start: startFourProcesses,
      ...score,
    },
    {
      name: 'tracing every request',
      against: 'one process',
      budget: 1.4,
      start: () => startOneProcess(traced),
      ...score,
    },
    {
      name: 'tracing on, not sampled',
      against: 'one process',
      budget: 1.05,
      start: () => startOneProcess(notSampled),
      ...score,
    },
    {
      name: 'audit required against deferred',
      against: 'deferred',
      budget: 1.25,
      start: startDeferred,
      ...score,
    },
  ].filter(({ name }) => name.includes(only)) as Row[];

  const echo = await startEcho();
  const plain = await startOneProcess();
  const benches = await Promise.all(rows.map(async (row) => ({ row, bench: await row.start() })));
  const measure = async (
    bench: Bench,
    { path, message }: { path: string; message: Buffer },
    count = requests,
  ): Promise<Sample> => {
    const load: Load = { port: bench.port, path, message, requests: count, connections: 4, inFlight: 64 };
    const before = cpuSeconds(bench.processes);
    const result = await drive(load);
    return { ...result, cpuUs: ((cpuSeconds(bench.processes) - before) / count) * 1e6 };
  };
  const echoOf = (row: Row): { path: string; message: Buffer } => ({
    path: '/bench.Echo/Echo',
    message: row.message,
  });

  const samples = new Map(rows.map((row) => [row, [] as { subject: Sample; reference: Sample }[]]));
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const { row, bench } of benches) {
        if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2Kround ${round} of ${rounds}: ${row.name}`);
        // The reference runs right before and after, so that a noisy neighbour meets both.
        const reference = () => (row.against === 'echo' ? measure(echo, echoOf(row)) : measure(plain, score));
        const first = await reference();
        const subject = await measure(bench, row);
        const last = await reference();
        // Round 0 warms up.
        if (round > 0)
          samples.get(row)?.push({
            subject,
            reference: {
              ...first,
              cpuUs: (first.cpuUs + last.cpuUs) / 2,
              p50Ms: (first.p50Ms + last.p50Ms) / 2,
            },
          });
      }
    }
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
    report(rows, samples, requests, rounds);
  } finally {
    await Promise.all(
      [echo, plain, ...benches.map(({ bench }) => bench), sink].map((subject) => subject.stop()),
    );
  }
}

function report(
  rows: readonly Row[],
  samples: ReadonlyMap<Row, readonly { subject: Sample; reference: Sample }[]>,
  requests: number,
  rounds: number,
): void {
  console.log(
    `CPU per request, 64 in flight, ${rounds} rounds of ${requests} requests, median (lowest to highest)\n`,
  );
  console.log('| path | against | ratio | budget | us | us of reference | req/s | p50 ms | p99 ms |');
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const row of rows) {
    const taken = samples.get(row) ?? [];
    const inverse = row.against === 'deferred';
    const ratios = taken
      .map(({ subject, reference }) =>
        inverse ? reference.cpuUs / subject.cpuUs : subject.cpuUs / reference.cpuUs,
      )
      .sort((a, b) => a - b);
    const pick = (of: (sample: { subject: Sample; reference: Sample }) => number): number =>
      median(taken.map(of));
    const verdict = median(ratios) <= row.budget ? '' : ' **over**';
    console.log(
      `| ${row.name} | ${row.against} | ${median(ratios).toFixed(2)} (${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}) | ${row.budget}${verdict} | ` +
        `${pick(({ subject }) => subject.cpuUs).toFixed(1)} | ${pick(({ reference }) => reference.cpuUs).toFixed(1)} | ${pick(({ subject }) => subject.rate).toFixed(0)} | ` +
        `${pick(({ subject }) => subject.p50Ms).toFixed(2)} | ${pick(({ subject }) => subject.p99Ms).toFixed(2)} |`,
    );
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
