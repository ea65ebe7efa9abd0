import type { GetFeaturesRequest__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { GetFeaturesResponse__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { Log } from '../../kit/log/log.ts';
import { rowCount } from './asked-rows.ts';
import type { FeatureReader } from './feature-reader.ts';
import type { ReadPlan } from './read-plan.ts';
import { timePlaces } from './time-columns.ts';

export interface SelfCheckDeps {
  readonly reader: Pick<FeatureReader, 'readHistory'>;
  readonly log: Log;
  /** Told of every comparison. */
  readonly onCompared: (outcome: 'same' | 'different' | 'failed') => void;
}

/** Compares answers with what the stored events say. */
export interface SelfCheck {
  /** Looks at every so many answers, after they have left. */
  sample(plan: ReadPlan, request: GetFeaturesRequest__Output, answer: GetFeaturesResponse__Output): void;
  /** Resolves when the comparison that is under way is done. */
  idle(): Promise<void>;
}

/** Larger requests would keep the event loop for long. */
const maxRows = 16;

/**
 * Reads one answer in `every` a second time, from the stored events alone and as of the same moments, and compares the bits: values,
 * statuses, times. One at a time, so that it never costs more than one read beside the others. A difference is a bug of the mesh: it is
 * counted, and logged with the names of the features, never with keys or values.
 */
export function createSelfCheck(every: number, { reader, log, onCompared }: SelfCheckDeps): SelfCheck {
  let answers = 0;
  let running: Promise<void> | undefined;

  const compare = async (
    plan: ReadPlan,
    request: GetFeaturesRequest__Output,
    answer: GetFeaturesResponse__Output,
  ): Promise<void> => {
    // The answer leaves first.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      const again = await reader.readHistory(plan, request, answer);
      const differing = differences(plan, answer, again);
      onCompared(differing.length === 0 ? 'same' : 'different');
      if (differing.length > 0)
        log.error('served features differ from what the stored events say; please report this', {
          feature_set: plan.name,
          digest: plan.digest,
          features: differing,
          as_of: answer.asOf,
          as_of_ingest: answer.asOfIngest,
        });
    } catch (error) {
      onCompared('failed');
      log.warn('served features could not be compared with the stored events', {
        feature_set: plan.name,
        error,
      });
    }
  };

  return {
    sample(plan, request, answer) {
      answers += 1;
      if (every <= 0 || answers < every || running !== undefined || rowCount(request) > maxRows) return;
      answers = 0;
      running = compare(plan, request, answer).finally(() => {
        running = undefined;
      });
    },
    idle: async () => running,
  };
}

/** Names of the features in which two answers to the same request differ. */
export function differences(
  plan: ReadPlan,
  one: GetFeaturesResponse__Output,
  other: GetFeaturesResponse__Output,
): string[] {
  const differing = new Set<string>();
  for (const [at, status] of one.statuses.entries())
    if (status !== other.statuses[at]) differing.add(plan.names[at % plan.width] ?? '');
  const placeOf = timePlaces(one);
  for (const times of ['eventTimes', 'ingestTimes'] as const) {
    if (one[times].equals(other[times])) continue;
    for (let at = 0; at < one.statuses.length; at++) {
      const position = at % plan.width;
      const place = placeOf((at - position) / plan.width, position) * 8;
      if (one[times].readDoubleLE(place) !== other[times].readDoubleLE(place))
        differing.add(plan.names[position] ?? '');
    }
  }
  let first = 0;
  for (const [number, block] of one.blocks.entries()) {
    if (!block.data.equals(other.blocks[number]?.data ?? Buffer.alloc(0)))
      for (const name of plan.names.slice(first, first + block.features)) differing.add(name);
    first += block.features;
  }
  return [...differing];
}
