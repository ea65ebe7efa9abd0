import type { FeatureContract } from '../contracts.ts';
import type { GetFeaturesRequest__Output } from '../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { GetFeaturesResponse__Output } from '../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { Bus } from '../kit/bus/bus.ts';
import type { Call } from '../kit/contract/call.ts';
import type { Handlers } from '../kit/contract/contract.ts';
import { invalidRequest, MeshError } from '../kit/errors/mesh-error.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import type { Metrics } from '../kit/telemetry/metrics.ts';
import type { Tracer } from '../kit/telemetry/span.ts';
import { followDeclarations } from './catalog/follow-declarations.ts';
import { openCatalog } from './catalog/open-catalog.ts';
import {
  defaultMaxStateBytes,
  defaultSelfCheckEvery,
  type FeatureConfig,
  maxReadValues,
  maxRequestRows,
} from './config.ts';
import { createFeatureMetrics } from './feature-metrics.ts';
import { createIngest } from './ingest/ingest.ts';
import { createEventsSource } from './ingest/nats-source.ts';
import { startRetention } from './retention.ts';
import { refuseUnfitColumns, rowCount } from './serving/asked-rows.ts';
import { FeatureReader } from './serving/feature-reader.ts';
import type { ReadPlan } from './serving/read-plan.ts';
import { createSelfCheck } from './serving/self-check.ts';
import type { StatusCounts } from './serving/status.ts';
import { buildTrainingSet } from './serving/training-set.ts';
import { openStore } from './store/open-store.ts';

export interface FeatureDeps {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Where events also come from. */
  readonly bus?: Bus;
  readonly tracer?: Tracer;
  /** Unix ms; the system's clock unless given. */
  readonly now?: () => number;
}

/**
 * The feature role. Resolves when the declarations are read, the store is open and the indexes that it needs are there. Fails with
 * CONFIG_INVALID, which names every fault of the declarations, with STATE_LOCKED or with STATE_CORRUPT.
 */
export async function createFeatureService(
  config: FeatureConfig,
  deps: FeatureDeps,
  closers: Closers,
): Promise<{ handlers: Handlers<FeatureContract> }> {
  const { log } = deps;
  const now = deps.now ?? Date.now;
  const store = await openStore(config, { log, now }, closers);
  const opened = await openCatalog(config.declarationsFolder, store, log);
  const { catalog, declare, streams } = opened;
  const reader = new FeatureReader(store, config.maxStateBytes ?? defaultMaxStateBytes, now);
  const metrics = createFeatureMetrics(deps.metrics, {
    storeBytes: () => store.sizeBytes(),
    stateBytes: () => reader.stateBytes,
  });
  const ingest = await createIngest(
    streams.byStream,
    config,
    {
      store,
      log,
      metrics: deps.metrics,
      now,
      onCommitted: (stored, ingestTimeMs) => {
        for (const { entries, row } of stored)
          for (const { index, key } of entries)
            reader.offer(catalog.readersOf(index), key, row, ingestTimeMs);
        reader.committed(ingestTimeMs);
      },
    },
    closers,
  );
  if (store.shared !== undefined) followDeclarations(opened, ingest, log, closers);
  startRetention({ store, streams: () => catalog.current.streams.values(), now, log }, closers);
  if (deps.bus !== undefined)
    createEventsSource(deps.bus, ingest, { log, now, tracer: deps.tracer }, closers);
  const selfCheck = createSelfCheck(config.selfCheckEvery ?? defaultSelfCheckEvery, {
    reader,
    log,
    onCompared: metrics.compared,
  });
  let closed = false;
  closers.add('feature reads', () => {
    closed = true;
    return selfCheck.idle();
  });
  log.info('feature service ready', {
    streams: catalog.current.streams.size,
    views: catalog.current.views.size,
    sets: catalog.current.sets.size,
  });

  const refuseWhenClosed = (): void => {
    if (closed) throw new MeshError('SHUTTING_DOWN', 'the feature service is stopping; try another');
  };
  const planOf = (request: GetFeaturesRequest__Output): ReadPlan => {
    refuseWhenClosed();
    const plan = catalog.plan(request);
    refuseUnfitColumns(request);
    refuseTooMany(rowCount(request), plan);
    return plan;
  };

  async function getFeatures(
    request: GetFeaturesRequest__Output,
    call: Call,
  ): Promise<GetFeaturesResponse__Output> {
    const plan = planOf(request);
    if (call.span !== undefined) {
      call.span.attributes['scoremesh.feature_set'] = plan.name;
      call.span.attributes['scoremesh.rows'] = rowCount(request);
    }
    const counts: StatusCounts = [0, 0, 0, 0, 0];
    const read = reader.read(plan, request, counts);
    const response = read instanceof Promise ? await read : read;
    metrics.read(plan.name, counts);
    selfCheck.sample(plan, request, response);
    return response;
  }

  return {
    handlers: {
      ...ingest.handlers,
      GetFeatures: getFeatures,
      BuildTrainingSet: (batches, call) =>
        buildTrainingSet(batches, call, {
          reader,
          planOf,
          count: (plan, counts) => metrics.read(plan.name, counts),
        }),
      ListFeatures: async ({ featureSet }) => catalog.list(featureSet),
      Declare: async ({ yaml, dryRun }) => {
        refuseWhenClosed();
        return await declare(yaml, dryRun, ingest);
      },
    },
  };
}

function refuseTooMany(rows: number, plan: ReadPlan): void {
  if (rows < 1 || rows > maxRequestRows)
    throw invalidRequest([
      { field: 'rows', description: `there are ${rows}; ask for 1 to ${maxRequestRows} at once` },
    ]);
  if (rows * plan.width > maxReadValues)
    throw invalidRequest([
      {
        field: 'rows',
        description: `${rows} rows of ${plan.width} features are more than ${maxReadValues} values; ask for fewer rows`,
      },
    ]);
}
