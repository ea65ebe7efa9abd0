import { createLoader } from '../../../services/inference/loading/loader.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { plainServing } from './load-cycles.ts';

/** A process that loads a model into threads, runs it, closes nothing and comes to its end. Its argument is the version's folder. */
async function loadAndLeave(folder: string): Promise<void> {
  const loader = createLoader({ maxModelBytes: 2 ** 20 }, { log: silentLog }, createClosers(silentLog));
  const serving = { ...plainServing, placement: 'worker', instances: 2 } as const;
  const { executor } = await loader.load({ model: 'm', version: 1, folder }, serving, undefined);
  const outputs = await executor.run([{ datatype: 'FP32', shape: [1, 1], data: new Uint8Array(4) }]);
  process.stdout.write(`answered ${outputs.length}`);
}

const [, , folder] = process.argv;
if (folder !== undefined) await loadAndLeave(folder);
