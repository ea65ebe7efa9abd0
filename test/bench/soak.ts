import { parseArgs } from 'node:util';
import { startJobBench } from './jobs/job-bench.ts';
import { manyJobs } from './jobs/memory.ts';
import { drive } from './load.ts';
import { residentMiB, type Subject } from './processes.ts';
import { scoreMessage } from './requests.ts';
import { startOneProcess } from './subjects.ts';

const { values } = parseArgs({
  options: {
    scores: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '8' },
    jobs: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run soak -- [--scores 200000 | --jobs 500000] [--rounds 8]

Scores that many flights on a mesh in one process, or submits that many as jobs, after a warm-up of a tenth, and prints its memory after
each round.`);
} else if (values.jobs !== undefined) {
  await soakJobs(Number(values.jobs), Number(values.rounds));
} else {
  await soak(Number(values.scores), Number(values.rounds));
}

/** Memory of the one-process mesh over many scores. The heap's young generation fills first: growth counts after the warm-up. */
async function soak(scores: number, rounds: number): Promise<void> {
  const mesh = await startOneProcess();
  const [subject] = mesh.processes;
  if (subject === undefined) throw new Error('nothing to measure');
  const load = async (requests: number): Promise<void> => {
    const { rate } = await drive({
      port: mesh.port,
      path: '/scoremesh.scoring.v1.ScoringService/Score',
      message: scoreMessage(),
      requests,
      connections: 4,
      inFlight: 64,
    });
    console.log(
      `${String(requests).padStart(8)} scores  ${rate.toFixed(0).padStart(6)}/s  ${memory(subject)}`,
    );
  };
  try {
    console.log(`started            ${memory(subject)}`);
    await load(Math.ceil(scores / 10));
    const before = residentMiB(subject).own;
    for (let round = 0; round < rounds; round++) await load(Math.ceil(scores / rounds));
    const after = residentMiB(subject).own;
    console.log(
      `own memory: ${before.toFixed(0)} MiB after the warm-up, ${after.toFixed(0)} MiB after ${scores} more scores`,
    );
  } finally {
    await mesh.stop();
  }
}

/** The same over jobs, with JetStream on disk. */
async function soakJobs(jobs: number, rounds: number): Promise<void> {
  const bench = await startJobBench();
  const load = async (prefix: string, total: number): Promise<void> => {
    const rate = await manyJobs(bench, prefix, total);
    console.log(
      `${String(total).padStart(8)} jobs    ${rate.toFixed(0).padStart(6)}/s  ${memory(bench.mesh)}`,
    );
  };
  try {
    console.log(`started            ${memory(bench.mesh)}`);
    await load('warm', Math.ceil(jobs / 10));
    const before = residentMiB(bench.mesh).own;
    for (let round = 0; round < rounds; round++) await load(`round${round}`, Math.ceil(jobs / rounds));
    const after = residentMiB(bench.mesh).own;
    console.log(
      `own memory: ${before.toFixed(0)} MiB after the warm-up, ${after.toFixed(0)} MiB after ${jobs} more jobs`,
    );
  } finally {
    await bench.stop();
  }
}

function memory(subject: Subject): string {
  const { own, files } = residentMiB(subject);
  return `own ${own.toFixed(0)} MiB, mapped files ${files.toFixed(0)} MiB`;
}
