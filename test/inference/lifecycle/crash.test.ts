import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { newCall, startService, writeModels } from '../mesh-parts.ts';
import { answerOf } from './life-cycle-parts.ts';

/** More for a soak, e.g. SOAK_KILLS=100 npx vitest run test/inference/lifecycle/crash.test.ts --testTimeout 3600000 */
const kills = Number(process.env.SOAK_KILLS ?? 5);
const registry = fileURLToPath(new URL('./crashing-registry.ts', import.meta.url));

interface Told {
  readonly stored: number[];
  /** Where the alias was last known to point, and where it may have been moved since. */
  alias: number;
  mayBe: number;
}

async function runAndKill(folders: readonly string[], told: Told): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', registry, ...folders], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, number] = line.split(' ');
    if (what === 'stored') told.stored.push(Number(number));
    if (what === 'set') told.mayBe = Number(number);
    if (what === 'is') told.alias = Number(number);
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
}

test(`the registry of models is whole after ${kills} kills at random moments`, {
  timeout: 120_000,
}, async () => {
  const closers = createClosers(silentLog);
  const modelsFolder = await writeModels({}, closers);
  const registryFolder = await writeModels({}, closers);
  const told: Told = { stored: [], alias: 0, mayBe: 0 };
  for (let kill = 0; kill < kills; kill++) {
    await runAndKill([modelsFolder, registryFolder], told);
    const service = await startService({}, { modelsFolder, registryFolder });
    const { models } = await service.models.ListModels({}, newCall());
    const versions = models.map(({ version }) => version);
    // What was told is there, and what is there is whole.
    expect(versions).toEqual(expect.arrayContaining(told.stored));
    for (const { version, state, reason, description } of models) {
      expect({ version, state, reason, description }).toEqual({
        version,
        state: 'MODEL_STATE_READY',
        reason: '',
        description: `v${version}`,
      });
      expect(await answerOf(service, `m@${version}`)).toBe(version);
    }
    const alias = models.find(({ aliases }) => aliases.includes('champion'))?.version ?? 0;
    expect([told.alias, told.mayBe]).toContain(alias);
    const names = await readdir(registryFolder, { recursive: true });
    expect(names.filter((name) => name.includes('.upload-'))).toEqual([]);
    told.alias = alias;
    told.mayBe = alias;
    await service.closers.close();
  }
  await closers.close();
});
