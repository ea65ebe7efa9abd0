import { parseArgs } from 'node:util';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { randomFrom } from '../../audit/faults/random.ts';
import { startFaultMesh } from './fault-mesh.ts';
import { storm, stormSettings } from './storm.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '800' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run faults:jobs -- [--jobs 100000] [--rate 800] [--seed N]

Submits that many jobs, so many a second, to a mesh of processes (build it first: npm run build) while its workers, gateway, audit
log, inference role and nats-server are killed in turn, workers stand still and the model is unloaded; then counts what became of each.`);
} else {
  await run(
    Number(values.jobs),
    Number(values.rate),
    Number(values.seed ?? Math.floor(Math.random() * 2 ** 31)),
  );
}

async function run(jobs: number, perSecond: number, seed: number): Promise<void> {
  const closers = createClosers(silentLog);
  const startedAt = performance.now();
  const tell = (text: string): void =>
    console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  try {
    const mesh = await startFaultMesh(closers, { env: stormSettings });
    tell(`seed ${seed}`);
    const { accounts, duplicates, faults, repeated } = await storm(mesh, randomFrom(seed), {
      tenant: 'storm',
      jobs,
      perSecond,
      pauseMs: 6000,
      faults: 14,
      untilOver: true,
      tell,
    });
    for (const [name, times] of Object.entries(faults)) console.log(`  ${name}: ${times}`);
    console.log(
      `${duplicates} were submitted again on purpose, ${repeated} submissions failed and were repeated`,
    );
    const { deadLetters, records, states, submitted } = accounts;
    const sum = Object.entries(states).map(([state, count]) => `${count} ${state}`);
    console.log(
      `${submitted} submitted = ${sum.join(' + ')}; ${records} records, ${deadLetters} dead letters`,
    );
    for (const fault of accounts.faults.slice(0, 50)) console.log(`  WRONG: ${fault}`);
    console.log(`${accounts.faults.length} that do not add up`);
    process.exitCode = accounts.faults.length === 0 ? 0 : 1;
  } finally {
    await closers.close();
  }
}
