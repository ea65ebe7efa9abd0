import type { Effort } from './effort.ts';
import { drive, type Load } from './load.ts';
import { cpuSeconds } from './processes.ts';
import { median, progress, rangeOf } from './report.ts';
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

/** One row of the table of budgets in DESIGN. */
interface Row {
  readonly name: string;
  readonly against: 'echo' | 'one process' | 'deferred';
  readonly budget: number;
  readonly aim: number;
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

interface Pair {
  readonly subject: Sample;
  readonly reference: Sample;
}

/**
 * CPU per request of each path against a bare grpc-js echo of the same bytes, in turns, for the rows for which this is true of their
 * name; prints the table.
 */
export async function measureCpu(effort: Effort, wanted: (name: string) => boolean): Promise<void> {
  const sink = await startSink();
  const rows = rowsOf(sink.port).filter(({ name }) => wanted(name));
  if (rows.length === 0) return sink.stop();
  const echo = await startEcho();
  const needsPlain = rows.some(({ against }) => against !== 'echo');
  const plain = needsPlain ? await startOneProcess() : undefined;
  const benches = await Promise.all(rows.map(async (row) => ({ row, bench: await row.start() })));
  const samples = new Map(rows.map((row) => [row, [] as Pair[]]));
  const measure = async (
    bench: Bench,
    path: string,
    message: Buffer,
    requests = effort.requests,
  ): Promise<Sample> => {
    const load: Load = { port: bench.port, path, message, requests, connections: 4, inFlight: 64 };
    const before = cpuSeconds(bench.processes);
    const result = await drive(load);
    return { ...result, cpuUs: ((cpuSeconds(bench.processes) - before) / requests) * 1e6 };
  };
  try {
    const { warmUpRequests } = effort;
    for (const [index, { row, bench }] of benches.entries()) {
      progress(`warming up: ${row.name}`);
      await measure(bench, row.path, row.message, warmUpRequests);
      if (index > 0) continue;
      await measure(echo, echoPath, row.message, warmUpRequests);
      if (plain !== undefined) await measure(plain, scorePath, scoreMessage(), warmUpRequests);
    }
    for (let round = 1; round <= effort.rounds; round++)
      for (const { row, bench } of benches) {
        progress(`round ${round} of ${effort.rounds}: ${row.name}`);
        // The reference runs right before and after, so that a noisy neighbour meets both.
        const reference = () =>
          row.against === 'echo' || plain === undefined
            ? measure(echo, echoPath, row.message)
            : measure(plain, scorePath, scoreMessage());
        const first = await reference();
        const subject = await measure(bench, row.path, row.message);
        const last = await reference();
        samples.get(row)?.push({ subject, reference: between(first, last) });
      }
    progress('');
    print(samples, effort);
  } finally {
    const subjects = [
      echo,
      ...(plain === undefined ? [] : [plain]),
      ...benches.map(({ bench }) => bench),
      sink,
    ];
    await Promise.all(subjects.map((subject) => subject.stop()));
  }
}

const echoPath = '/bench.Echo/Echo';
const scorePath = '/scoremesh.scoring.v1.ScoringService/Score';
export const inferPath = '/inference.GRPCInferenceService/ModelInfer';

function rowsOf(sinkPort: number): Row[] {
  const score = { path: scorePath, message: scoreMessage() };
  const infer = { path: inferPath, message: inferMessage() };
  const traced = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sinkPort}`,
    OTEL_BSP_SCHEDULE_DELAY: '500',
    OTEL_BSP_MAX_QUEUE_SIZE: '100000',
  };
  const notSampled = { ...traced, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' };
  return [
    {
      name: 'ModelInfer on the inference role',
      against: 'echo',
      budget: 1.5,
      aim: 1.2,
      start: () => startInference(),
      ...infer,
    },
    {
      name: 'ModelInfer through the gateway, audit required',
      against: 'echo',
      budget: 2.5,
      aim: 2,
      start: () => startOneProcess(),
      ...infer,
    },
    {
      name: 'full score, one process, audit required',
      against: 'echo',
      budget: 2.5,
      aim: 2,
      start: () => startOneProcess(),
      ...score,
    },
    {
      name: 'full score, four processes over links',
      against: 'echo',
      budget: 5,
      aim: 4,
      start: startFourProcesses,
      ...score,
    },
    {
      name: 'tracing every request',
      against: 'one process',
      budget: 1.4,
      aim: 1.25,
      start: () => startOneProcess(traced),
      ...score,
    },
    {
      name: 'tracing on, not sampled',
      against: 'one process',
      budget: 1.05,
      aim: 1.02,
      start: () => startOneProcess(notSampled),
      ...score,
    },
    {
      name: 'audit required against deferred',
      against: 'deferred',
      budget: 1.25,
      aim: 1.15,
      start: startDeferred,
      ...score,
    },
  ];
}

function between(first: Sample, last: Sample): Sample {
  return { ...first, cpuUs: (first.cpuUs + last.cpuUs) / 2, p50Ms: (first.p50Ms + last.p50Ms) / 2 };
}

function print(samples: ReadonlyMap<Row, readonly Pair[]>, { rounds, requests }: Effort): void {
  console.log(
    `CPU per request, 64 in flight, ${rounds} rounds of ${requests} requests, median (lowest to highest)\n`,
  );
  console.log('| path | against | ratio | budget | aim | us | us of reference | req/s | p50 ms | p99 ms |');
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  /** By how much waiting for the record raises the p50, each round. */
  let added: readonly number[] = [];
  for (const [row, taken] of samples) {
    const inverse = row.against === 'deferred';
    const ratios = taken.map(({ subject, reference }) =>
      inverse ? reference.cpuUs / subject.cpuUs : subject.cpuUs / reference.cpuUs,
    );
    const pick = (of: (pair: Pair) => number, digits: number): string =>
      median(taken.map(of)).toFixed(digits);
    const cells = [
      row.name,
      row.against,
      rangeOf(ratios),
      `${row.budget}${median(ratios) <= row.budget ? '' : ' **over**'}`,
      String(row.aim),
      pick(({ subject }) => subject.cpuUs, 1),
      pick(({ reference }) => reference.cpuUs, 1),
      pick(({ subject }) => subject.rate, 0),
      pick(({ subject }) => subject.p50Ms, 2),
      pick(({ subject }) => subject.p99Ms, 2),
    ];
    console.log(`| ${cells.join(' | ')} |`);
    if (inverse) added = taken.map(({ subject, reference }) => reference.p50Ms - subject.p50Ms);
  }
  if (added.length > 0)
    console.log(
      `\naudit required adds ${median(added).toFixed(2)} ms (${Math.min(...added).toFixed(2)} to ${Math.max(...added).toFixed(2)}) to the p50 of deferred; budget 1 ms`,
    );
}
