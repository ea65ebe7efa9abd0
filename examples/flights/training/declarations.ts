import { stringify } from 'yaml';
import { REQUEST_COLUMNS } from '../request.ts';
import { PROBABILITY } from './columns-graph.ts';

/**
 * Warn from this probability on. With probabilities that mean what they say, a warning pays off above
 * cost of a needless warning / (that cost + cost of a missed late flight); one miss counts as two needless warnings.
 */
export const THRESHOLD = 0.3333;

/** The contract between the mesh and a model version. `featureSet` names the version that it was trained on: "name@sha256:<hex>". */
export function modelYaml(description: string, featureSet: string): string {
  return stringify({
    description,
    feature_set: featureSet,
    inputs: {
      minute_of_day: {
        type: 'number',
        min: 0,
        max: 1439,
        description: 'minute of departure on the local clock',
      },
      day_of_week: { type: 'number', min: 1, max: 7, description: '1 is Monday, 7 is Sunday' },
      distance: { type: 'number', min: 0, max: 10_000, description: 'miles' },
    },
    tensors: {
      request: { columns: [...REQUEST_COLUMNS] },
      features: { feature_set: featureSet },
    },
    outputs: { late_probability: { tensor: PROBABILITY } },
    decision: { output: 'late_probability', threshold: THRESHOLD, above: 'late', below: 'on_time' },
  });
}

/** Which version each alias names in a fresh mesh. */
export function aliasesYaml(): string {
  return stringify({ champion: 1, challenger: 2 });
}
