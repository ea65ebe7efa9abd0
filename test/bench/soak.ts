import { parseArgs } from 'node:util';
import { drive } from './load.ts';
import { residentMiB, type Subject } from './processes.ts';
import { scoreMessage } from './requests.ts';
import { startOneProcess } from './subjects.ts';

const { values } = parseArgs({
  options: {
    scores: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '8' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run soak -- [--scores 200000] [--rounds 8]

Scores that many flights on a mesh in one process, after a warm-up of a tenth, and prints its memory after each round.`);
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

function memory(subject: Subject): string {
  const { own, files } = residentMiB(subject);
  return `own ${own.toFixed(0)} MiB, mapped files ${files.toFixed(0)} MiB`;
}
