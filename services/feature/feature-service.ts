import type { FeatureContract } from '../contracts.ts';
import type { GetFeaturesRequest__Output } from '../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { GetFeaturesResponse__Output } from '../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { IngestRequest__Output } from '../gen/scoremesh/feature/v1/IngestRequest.ts';
import type { IngestResponse__Output } from '../gen/scoremesh/feature/v1/IngestResponse.ts';
import type { Call } from '../kit/contract/call.ts';
import type { Handlers } from '../kit/contract/contract.ts';
import { invalidRequest, MeshError } from '../kit/errors/mesh-error.ts';
import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import type { Metrics } from '../kit/telemetry/metrics.ts';
import { defaultMaxQueuedBytes, type FeatureConfig, maxReadValues, maxRequestRows } from './config.ts';
import { readDeclarations } from './declarations/declaration-files.ts';
import { createFeatureMetrics, type IngestOutcome } from './feature-metrics.ts';
import { IngestQueue, type Outcome } from './ingest/ingest-queue.ts';
import { parseRows } from './ingest/ingest-request.ts';
import { type LatestTable, openLatestStore } from './latest-store.ts';
import { nameList } from './name-list.ts';
import { readFeatures, type StatusCounts } from './reads/feature-read.ts';
import { planRead, type ReadPlan } from './reads/read-plan.ts';
import { Slab } from './reads/slab.ts';

export interface FeatureDeps {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Unix ms; the system's clock unless given. */
  readonly now?: () => number;
}

/**
 * The feature role. Resolves when the declarations are read and the store is open. Fails with CONFIG_INVALID, which names every
 * fault of the declarations, with STATE_LOCKED or with STATE_CORRUPT.
 */
export async function createFeatureService(
  config: FeatureConfig,
  deps: FeatureDeps,
  closers: Closers,
): Promise<{ handlers: Handlers<FeatureContract> }> {
  const now = deps.now ?? Date.now;
  const { views, sets } = await readDeclarations(config.declarationsFolder);
  const store = await openLatestStore(config.folder, [...views.values()], closers);
  const queue = new IngestQueue(store, { maxBytes: config.maxQueuedBytes ?? defaultMaxQueuedBytes, now });
  let closed = false;
  closers.add('feature ingest', () => {
    closed = true;
    return queue.close();
  });
  const metrics = createFeatureMetrics(deps.metrics, store, () => queue.waitingBytes, sets.keys());
  const plans = new Map([...sets.values()].map((set) => [set.name, planRead(set, views, store)]));
  const list = { views: [...views.values()], sets: [...sets.values()] };
  const slab = new Slab();
  deps.log.info('feature service ready', { views: views.size, sets: sets.size });

  const refuseWhenClosed = (): void => {
    if (closed) throw new MeshError('SHUTTING_DOWN', 'the feature service is stopping; try another');
  };

  async function ingest({ rows }: IngestRequest__Output, call: Call): Promise<IngestResponse__Output> {
    refuseWhenClosed();
    const outcomes = await storeRows(rows, call);
    const response = { stored: 0, superseded: 0 };
    for (const [{ view }, { stored, superseded }] of outcomes) {
      metrics.ingested(view.name, 'stored', stored);
      metrics.ingested(view.name, 'superseded', superseded);
      response.stored += stored;
      response.superseded += superseded;
    }
    return response;
  }

  async function storeRows(
    rows: IngestRequest__Output['rows'],
    call: Call,
  ): Promise<ReadonlyMap<LatestTable, Outcome>> {
    let outcome: IngestOutcome = 'refused';
    try {
      const incoming = parseRows(rows, store, now());
      outcome = 'failed';
      return await queue.add(incoming, call);
    } catch (error) {
      for (const { view } of rows) if (views.has(view)) metrics.ingested(view, outcome, 1);
      throw error;
    }
  }

  async function getFeatures(
    { featureSet, rows }: GetFeaturesRequest__Output,
    call: Call,
  ): Promise<GetFeaturesResponse__Output> {
    refuseWhenClosed();
    const plan = plans.get(featureSet);
    if (plan === undefined)
      throw new MeshError(
        'FEATURE_SET_NOT_FOUND',
        `no feature set is called ${JSON.stringify(featureSet)}; there are ${nameList(plans.keys())}`,
        { metadata: { feature_set: featureSet } },
      );
    refuseTooMany(rows.length, plan);
    if (call.span !== undefined) {
      call.span.attributes['scoremesh.feature_set'] = featureSet;
      call.span.attributes['scoremesh.rows'] = rows.length;
    }
    const counts: StatusCounts = [0, 0, 0, 0, 0];
    const response = readFeatures(plan, rows, now(), store, slab, counts);
    metrics.read(featureSet, counts);
    return response;
  }

  return {
    handlers: {
      Ingest: ingest,
      GetFeatures: getFeatures,
      ListFeatures: async () => list,
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
