import { setImmediate as nextTurn } from 'node:timers/promises';
import type { InferenceContract, ModelContract } from '../contracts.ts';
import type { Handlers } from '../kit/contract/contract.ts';
import { MeshError, toMeshError } from '../kit/errors/mesh-error.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import type { Metrics } from '../kit/telemetry/metrics.ts';
import type { Tracer } from '../kit/telemetry/span.ts';
import { TurnTaker } from './batching/turn-taker.ts';
import type { InferenceConfig } from './config.ts';
import { createInstruments } from './instruments.ts';
import { type Registered, Registry } from './lifecycle/registry.ts';
import { describeAbsent, describeModel, serveModel } from './lifecycle/served-model.ts';
import { loadModel } from './loading/loader.ts';
import { createInferenceHandlers } from './protocol/inference-handlers.ts';
import { createModelHandlers } from './protocol/model-handlers.ts';
import { type FoundModels, type FoundVersion, scanModels } from './repository/repository.ts';

// Long enough for hundreds of small runs, short enough that reading input is never felt to wait.
const sliceMs = 1;

/** The inference role. */
export interface InferenceService {
  readonly models: Handlers<ModelContract>;
  readonly inference: Handlers<InferenceContract>;
  /** Why requests can't be served yet or any more: MODEL_NOT_READY while versions load, SHUTTING_DOWN after close. */
  ready(): MeshError | undefined;
  /** Resolves when every version that was found at start is ready or failed. Never rejects. */
  readonly loaded: Promise<void>;
}

/**
 * Resolves once the models folder has been read; its versions are then loading, one after the other, and `loaded` tells when
 * they are through. A version that can't be used is FAILED with its reason and stops nothing. Fails with CONFIG_INVALID if the
 * folder can't be read.
 */
export async function createInferenceService(
  config: InferenceConfig,
  deps: { readonly log: Log; readonly metrics: Metrics; readonly tracer: Tracer },
  closers: Closers,
): Promise<InferenceService> {
  const { log } = deps;
  const registry = new Registry();
  const turns = new TurnTaker(sliceMs);
  const instruments = createInstruments(deps.metrics, {
    queueRows: () => queueRows(registry),
    modelStates: () => modelStates(registry),
  });
  const found = await scanModels(config.modelsFolder);
  registry.replaceAll(initialEntries(found));
  for (const { model, reason } of found.faults) log.error('model can not be used', { model, reason });

  let closing = false;
  let loading = true;

  const load = async (version: FoundVersion): Promise<void> => {
    const before = registry.entries.find(
      (entry) => entry.model.name === version.model && entry.version === version.version,
    );
    if (before === undefined) return;
    const { aliases } = before.model;
    const facts = { model: version.model, version: version.version };
    try {
      const startedAt = performance.now();
      const loaded = await loadModel(version);
      if (closing) {
        loaded.session.close();
        return;
      }
      const served = serveModel(version.version, loaded, config, {
        turns,
        tracer: deps.tracer,
        instruments: instruments.version(version.model, String(version.version)),
        onNotBatchable: () =>
          log.warn('model is served request by request from now on: its rows do not match', facts),
      });
      const model = describeModel(version.version, aliases, loaded);
      registry.replace(before, { version: version.version, ready: true, reason: '', model, served });
      const { batching } = loaded;
      log.info('model is ready', {
        ...facts,
        digest: model.digest,
        took_ms: performance.now() - startedAt,
        batched: batching.batched,
        ...(batching.batched ? {} : { not_batched_because: batching.reason }),
      });
    } catch (error) {
      const reason = toMeshError(error).message;
      registry.replace(before, absent({ ...before.model, state: 'MODEL_STATE_FAILED', reason }));
      log.error('model can not be used', { ...facts, reason, error });
    }
  };

  const loadAll = async (): Promise<void> => {
    for (const version of found.versions) {
      if (closing) break;
      await load(version);
      // Loading blocks the thread; between two versions what arrived meanwhile gets its turn.
      await nextTurn();
    }
    loading = false;
  };

  const loaded = loadAll();
  closers.add('inference', async () => {
    closing = true;
    registry.close();
    for (const { served } of registry.entries) served?.stop();
    await loaded;
    await within(turns.idle(), config.closeGraceMs);
    for (const { served } of registry.entries) served?.close();
  });

  const ready = (): MeshError | undefined => {
    if (closing) return new MeshError('SHUTTING_DOWN', 'the inference role is stopping');
    if (!loading) return undefined;
    const waiting = registry.models.filter(({ state }) => state === 'MODEL_STATE_LOADING').length;
    return new MeshError('MODEL_NOT_READY', `${waiting} model versions are still loading; wait for them`);
  };

  return {
    models: createModelHandlers(registry),
    inference: createInferenceHandlers(registry, {
      serverVersion: config.serverVersion,
      instruments,
      ready,
    }),
    ready,
    loaded,
  };
}

function initialEntries(found: FoundModels): Registered[] {
  const loading = found.versions.map(({ model, version }) => {
    const aliases = [...(found.aliases.get(model) ?? [])]
      .filter(([, target]) => target === version)
      .map(([alias]) => alias);
    return absent({
      name: model,
      version,
      aliases,
      state: 'MODEL_STATE_LOADING',
      reason: 'it is being loaded',
    });
  });
  const failed = found.faults.map(({ model, version, reason, aliases }) =>
    absent({ name: model, version, aliases, state: 'MODEL_STATE_FAILED', reason }),
  );
  return [...loading, ...failed];
}

function absent(facts: Parameters<typeof describeAbsent>[0]): Registered {
  const { name, version, aliases, state, reason } = facts;
  const model = describeAbsent({ name, version, aliases, state, reason });
  return { version, ready: false, reason, model, served: undefined };
}

function* queueRows(registry: Registry): Iterable<{ model: string; version: string; rows: number }> {
  for (const { model, version, served } of registry.entries)
    if (served !== undefined) yield { model: model.name, version: String(version), rows: served.queuedRows };
}

function modelStates(registry: Registry): { state: string; count: number }[] {
  const states = {
    MODEL_STATE_LOADING: 0,
    MODEL_STATE_READY: 0,
    MODEL_STATE_FAILED: 0,
    MODEL_STATE_UNLOADED: 0,
    MODEL_STATE_UNLOADING: 0,
    MODEL_STATE_UNSPECIFIED: 0,
  };
  for (const { state } of registry.models) states[state]++;
  return (['LOADING', 'READY', 'FAILED'] as const).map((state) => ({
    state: state.toLowerCase(),
    count: states[`MODEL_STATE_${state}`],
  }));
}

/** Waits for the work, but no longer than the limit. */
async function within(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
