import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { hurryTimers } from './fast-timers.ts';
import { histories, runHistory, Tally } from './history.ts';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    path: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run faults -- [--histories 2000] [--seed N [--path P]]

Runs the audit role through that many random histories of loads, failing disks, kills and power failures, and checks after each
start all that callers were ever told. A failure prints its seed and path, which run it again alone.`);
} else {
  await run(Number(values.histories), values.seed, values.path);
}

async function run(numRuns: number, seed: string | undefined, path: string | undefined): Promise<void> {
  hurryTimers();
  const tally = new Tally();
  let done = 0;
  const property = fc.asyncProperty(histories, async (plans) => {
    const folder = await mkdtemp(join(tmpdir(), 'scoremesh-faults-'));
    try {
      await runHistory(folder, plans, tally);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    if (++done % 100 === 0) tell(done, tally);
  });
  await fc.assert(property, {
    numRuns,
    endOnFailure: true,
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path }),
  });
  tell(done, tally);
  for (const [where, count] of [...tally.cuts].sort()) console.log(`  ended in ${where}: ${count}`);
}

function tell(done: number, { answered, erasures, lives, receipts, starts }: Tally): void {
  console.log(
    `${done} histories: ${lives} processes ended, ${starts} starts checked, ${answered} answered appends, ${receipts} receipts, ${erasures} erasures`,
  );
}
