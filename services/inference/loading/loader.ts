import { join } from 'node:path';
import type { Runtime__Output as Runtime } from '../../gen/scoremesh/inference/v1/Runtime.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Closers } from '../../kit/lifecycle/closers.ts';
import type { Log } from '../../kit/log/log.ts';
import type { Executor } from '../execution/executor.ts';
import { createInlineExecutor } from '../execution/inline-executor.ts';
import { runtimeOfProcess } from '../execution/runtime.ts';
import { loadSession } from '../execution/session.ts';
import { createWorkerExecutor } from '../execution/worker-executor.ts';
import { type ModelInterface, readInterface } from '../repository/model-interface.ts';
import type { ModelYaml } from '../repository/model-yaml.ts';
import type { FoundVersion } from '../repository/repository.ts';
import type { ServingConfig } from '../repository/serving-config.ts';
import { describeShape, type ModelShape } from '../tensors/model-shape.ts';
import { type Certificate, sharesRuns } from './batch-certificate.ts';
import type { LoadReport } from './loader-thread.ts';
import { LoadingThread } from './loading-thread.ts';
import type { RunTime } from './run-times.ts';

/** A version that can answer. Whoever has it closes its executor. */
export interface LoadedModel {
  readonly executor: Executor;
  readonly shape: ModelShape;
  readonly declared: ModelInterface;
  readonly certificate: Pick<Certificate, 'batchClass' | 'finding'>;
  /** As given, but for what loading decided: where it runs, whether requests share runs, and of how many rows. */
  readonly config: ServingConfig;
  readonly facts: {
    /** "sha256:<hex>" of the very bytes that were loaded. */
    readonly digest: string;
    readonly sizeBytes: number;
    readonly irVersion: number;
    readonly opsets: Readonly<Record<string, number>>;
  };
  /** By rows; empty if it could not be tried. */
  readonly measured: readonly RunTime[];
  /** Cases of golden.json that were compared. */
  readonly goldenCases: number;
  /** What it runs on. */
  readonly runtime: Runtime;
}

export interface LoaderConfig {
  readonly maxModelBytes: number;
  /** Of one version. */
  readonly loadLimitMs?: number;
  /** Time for the comparison of rows alone and in batches. */
  readonly certificateMs?: number;
}

export interface Loader {
  /**
   * Reads, checks, warms up and tries a version in a thread of the loader, one after the other, so that requests are served meanwhile;
   * then makes its executor. For one that runs inline, that blocks the JavaScript thread while ONNX Runtime builds the session
   * again: about 1 ms for a linear model, 4 to 8 ms for a boosted one of 220 kB, and some 50 ms more, once in a process, while the
   * native library is set up. Fails with MODEL_INVALID, naming the file and what is
   * wrong with it, which may be that it takes too long, and with SHUTTING_DOWN; nothing stays open then.
   */
  load(found: FoundVersion, serving: ServingConfig, yaml: ModelYaml | undefined): Promise<LoadedModel>;
}

// Enough for a model of a few milliseconds a row; slower ones are vouched for up to the batch that was reached.
const certificateMs = 2_000;

export function createLoader(config: LoaderConfig, deps: { readonly log: Log }, closers: Closers): Loader {
  const { loadLimitMs: limitMs } = config;
  const thread = new LoadingThread({ ...(limitMs === undefined ? {} : { limitMs }), log: deps.log });
  closers.add('model loader', () => thread.close());
  return {
    load: async (found, serving, yaml) => {
      const { warmup, maxBatchRows, batchDependentRows, placement } = serving;
      const report = await thread.load({
        ...found,
        fileName: serving.fileName,
        maxModelBytes: config.maxModelBytes,
        declaresBatch: (serving.given?.maxBatchSize ?? 0) > 0,
        settings: {
          warmup,
          maxBatchRows,
          batchDependentRows,
          placement,
          certificateMs: config.certificateMs ?? certificateMs,
        },
      });
      const declared = readInterface(yaml, report);
      if ('faults' in declared)
        throw new MeshError(
          'MODEL_INVALID',
          `'${found.model}/${found.version}/model.yaml' can't be used: ${declared.faults.join('; ')}`,
        );
      const { certificate, measured, goldenCases, digest, irVersion, opsets, sizeBytes } = report;
      return {
        runtime: await runtimeOfProcess(),
        executor: await createExecutor(found, report, serving, deps),
        shape: describeShape(found.model, report.inputs, report.outputs),
        declared: declared.value,
        certificate,
        config: {
          ...serving,
          batched: serving.batched && sharesRuns(certificate),
          maxBatchRows: Math.min(maxBatchRows, batchLimit(certificate)),
          placement: report.placement,
        },
        facts: { digest, sizeBytes, irVersion, opsets },
        measured,
        goldenCases,
      };
    },
  };
}

function createExecutor(
  { folder, model, version }: FoundVersion,
  { bytes, digest, sizeBytes }: LoadReport,
  { fileName, instances }: ServingConfig,
  deps: { readonly log: Log },
): Promise<Executor> | Executor {
  const name = `${model}/${version}`;
  if (bytes !== undefined) return createInlineExecutor(loadSession(Buffer.from(bytes)));
  const file = { path: join(folder, fileName), label: `${name}/${fileName}`, digest, sizeBytes };
  return createWorkerExecutor({ name, file, instances }, deps);
}

/** A model that is not batched keeps its setting, which then bounds nothing. */
function batchLimit({ batchClass, maxRows = Infinity }: Certificate): number {
  return batchClass === 'BATCH_CLASS_INVARIANT' ? maxRows : Infinity;
}
