import type { FeatureContract, InferenceContract, ModelContract } from '../contracts.ts';
import type { Client, Handlers } from '../kit/contract/contract.ts';
import { DeadlineWatch } from '../kit/contract/deadline-watch.ts';
import type { MeshError } from '../kit/errors/mesh-error.ts';
import { type Closers, createClosers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import type { Metrics } from '../kit/telemetry/metrics.ts';
import type { Tracer } from '../kit/telemetry/span.ts';
import { TurnTaker } from './batching/turn-taker.ts';
import type { InferenceConfig } from './config.ts';
import { createInstruments, uncounted } from './instruments.ts';
import { createManager } from './lifecycle/manager.ts';
import { Registry } from './lifecycle/registry.ts';
import { countedVersions, modelStates } from './lifecycle/registry-readers.ts';
import { serveModel } from './lifecycle/served-model.ts';
import { checkFeatureSet } from './loading/feature-set-check.ts';
import { createLoader } from './loading/loader.ts';
import { openVersion } from './loading/open-version.ts';
import { createInferenceHandlers } from './protocol/inference-handlers.ts';
import { createModelHandlers } from './protocol/model-handlers.ts';
import { readPolicy } from './repository/config/version-policy.ts';

// Long enough for hundreds of small runs, short enough that reading input is never felt to wait.
const sliceMs = 1;

/** The inference role. */
export interface InferenceService {
  readonly models: Handlers<ModelContract>;
  readonly inference: Handlers<InferenceContract>;
  /** Why requests can't be served yet or any more: MODEL_NOT_READY while versions load, SHUTTING_DOWN after close. */
  ready(): MeshError | undefined;
  /** Resolves when every version that was wanted at the start is ready or failed. Never rejects. */
  readonly loaded: Promise<void>;
}

/**
 * Resolves once the folders of models have been read; the versions that are wanted are then loading, one after the other, and `loaded`
 * tells when they are through. A version that can't be used is FAILED with its reason and stops nothing. Fails with CONFIG_INVALID if
 * the folder can't be read, and with STATE_CORRUPT if it can't be known where aliases were moved.
 */
export async function createInferenceService(
  config: InferenceConfig,
  deps: {
    readonly log: Log;
    readonly metrics: Metrics;
    readonly tracer: Tracer;
    /** For models that name the version of their feature set. */
    readonly features?: Client<FeatureContract>;
  },
  closers: Closers,
): Promise<InferenceService> {
  const { features, log, tracer } = deps;
  const registry = new Registry();
  const turns = new TurnTaker(sliceMs);
  const deadlines = new DeadlineWatch();
  closers.add('deadlines of requests', () => deadlines.close());
  const instruments = createInstruments(deps.metrics, {
    versions: () => countedVersions(registry),
    modelStates: () => modelStates(registry),
  });
  // Closed first at the end: what is being loaded is given up.
  const loading = createClosers(log);
  closers.add('model loader', loading.close);
  const loader = createLoader(config, { log }, loading);

  const serving = { turns, tracer, deadlines, maxAnswerBytes: config.maxAnswerBytes };
  const manager = await createManager(config, {
    log,
    registry,
    open: async (found, override) => {
      const loaded = await openVersion(found, override, config, loader);
      try {
        await checkFeatureSet(`${found.model}/${found.version}`, loaded, { features, log });
      } catch (error) {
        await loaded.executor.close();
        throw error;
      }
      return loaded;
    },
    readPolicy,
    serve: (model, version, loaded, onLost) =>
      serveModel(version, loaded, {
        ...serving,
        instruments: instruments.version(model, String(version)),
        onNotBatchable: () =>
          log.warn('model is served request by request from now on: its rows do not match', {
            model,
            version,
          }),
        onLost,
      }),
    serveApart: ({ version }, loaded) =>
      serveModel(version, loaded, {
        ...serving,
        instruments: uncounted(),
        onNotBatchable: () => {},
        // What waits for it fails with the error, and it is dropped when it has rested.
        onLost: () => {},
      }),
  });
  closers.add('inference', async () => {
    registry.close();
    manager.stop();
    await loading.close();
    await manager.close();
  });

  return {
    models: createModelHandlers(registry, manager),
    inference: createInferenceHandlers({
      registry,
      manager,
      instruments,
      ready: manager.ready,
      serverVersion: config.serverVersion,
      streamedTimeoutMs: config.streamedTimeoutMs,
      log,
    }),
    ready: manager.ready,
    loaded: manager.loaded,
  };
}
