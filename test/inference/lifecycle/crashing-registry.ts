import { randomInt } from 'node:crypto';
import { createInferenceService } from '../../../services/inference/service.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { createReadableMetrics, createReadableTracer, newCall, serviceDefaults } from '../mesh-parts.ts';
import { linearModel } from '../onnx-models.ts';
import { chunkOf, endOf, headerOf, messages } from './life-cycle-parts.ts';

/**
 * Registers versions and moves an alias until it is killed, by itself, at a random moment. Prints "stored <version>" of each version
 * that was told to be stored, "set <version>" before the alias is moved and "is <version>" after. Version n answers n to 1.
 */
const [modelsFolder = '', registryFolder = ''] = process.argv.slice(2);
const { models, loaded } = await createInferenceService(
  { ...serviceDefaults, serverVersion: '0', modelsFolder, registryFolder },
  { log: silentLog, metrics: createReadableMetrics(), tracer: createReadableTracer() },
  createClosers(silentLog),
);
await loaded;
const before = (await models.ListModels({}, newCall())).models.map(({ version }) => version);
const ready = [...before];
const say = (line: string): void => void process.stdout.write(`${line}\n`);
setTimeout(() => process.kill(process.pid, 'SIGKILL'), randomInt(1, 1500));

async function registerForever(): Promise<never> {
  for (let version = Math.max(0, ...before) + 1; ; version++) {
    const model = linearModel([version], 0);
    const parts = messages(
      headerOf({ version }),
      chunkOf('model.onnx', model.subarray(0, 50)),
      chunkOf('model.onnx', model.subarray(50)),
      chunkOf('model.yaml', `description: v${version}\n`),
      endOf(),
    );
    for await (const answer of models.RegisterModel(parts, newCall())) {
      if (answer.model?.state !== 'MODEL_STATE_READY') say(`stored ${version}`);
    }
    ready.push(version);
  }
}

async function moveForever(): Promise<never> {
  for (;;) {
    // Moving it to where it is takes no turn of the loop.
    await new Promise((resolve) => setImmediate(resolve));
    const version = ready[randomInt(0, Math.max(1, ready.length))];
    if (version === undefined) continue;
    say(`set ${version}`);
    await models.SetAlias({ name: 'm', alias: 'champion', version }, newCall());
    say(`is ${version}`);
  }
}

await Promise.all([registerForever(), moveForever()]);
