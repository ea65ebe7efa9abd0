import { parseArgs } from 'node:util';
import { auditParts } from './audit/audit.ts';
import { measureCpu } from './cpu-table.ts';
import { fullEffort, quickEffort, smokeEffort } from './effort.ts';
import { featureParts } from './features/features.ts';
import { inferenceParts } from './inference.ts';
import { jobParts } from './jobs/jobs.ts';
import { measureParts } from './parts.ts';
import { stopWithThisProcess } from './processes.ts';

const { values, positionals } = parseArgs({
  options: {
    requests: { type: 'string' },
    rounds: { type: 'string' },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const topics = ['score', 'inference', 'features', 'audit', 'jobs'];
const unknown = positionals.filter((name) => !topics.includes(name));

if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.log(`There is no bench "${unknown[0]}".\n`);
  console.log(`npm run bench -- [score] [inference] [features] [audit] [jobs] [--only part] [--quick | --smoke] [--requests 10000] [--rounds 7]

CPU per request of each path against a bare grpc-js echo of the same bytes, in turns; then what the inference role promises about
batching, loading, overload and memory, the feature role about reads, ingest and history, the audit role about appends and proofs,
and jobs about their rate, latency and memory. Each ratio is the median of its rounds: subject and reference run right after one another,
so that neighbours on the machine disturb both. Absolute times depend on the machine; ratios need one that is otherwise idle.

  score, inference, features, audit, jobs   what to measure: full scores; the inference role and ModelInfer; the other roles; jobs; all unless named
  --only part        rows whose name has this in it, e.g. --only batching, --only gateway
  --quick            fewer and shorter rounds: a look in under two minutes a topic
  --smoke            hardly any rounds: shows that the bench works, not what it measures
  --requests, --rounds   other numbers than these`);
  process.exitCode = unknown.length > 0 ? 1 : 0;
} else {
  stopWithThisProcess();
  const { only, quick, smoke, requests, rounds } = values;
  const effort = {
    ...(smoke ? smokeEffort : quick ? quickEffort : fullEffort),
    ...(requests === undefined ? {} : { requests: Number(requests) }),
    ...(rounds === undefined ? {} : { rounds: Number(rounds) }),
  };
  const all = positionals.length === 0;
  const isInference = (name: string): boolean => name.startsWith('ModelInfer');
  const asked = (name: string): boolean => name.includes(only);
  await measureCpu(
    effort,
    (name) => asked(name) && (all || positionals.includes(isInference(name) ? 'inference' : 'score')),
  );
  if (all || positionals.includes('inference'))
    await measureParts('The inference role', inferenceParts, effort, asked);
  if (all || positionals.includes('features'))
    await measureParts('The feature role', featureParts, effort, asked);
  if (all || positionals.includes('audit')) await measureParts('The audit role', auditParts, effort, asked);
  if (all || positionals.includes('jobs')) await measureParts('Jobs', jobParts, effort, asked);
}
