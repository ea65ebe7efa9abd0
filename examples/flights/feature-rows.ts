import { type EntityKey, VIEWS } from './feature-set.ts';

/** The values of one feature view for one entity, as the feature service ingests them; null is unknown. */
export interface FeatureRow {
  view: string;
  keys: Partial<Record<EntityKey, string>>;
  values: Record<string, number | null>;
}

/** Cuts a feature vector into one row per view, in the order of the views. */
export function featureRows(vector: Float32Array, entities: Record<EntityKey, string>): FeatureRow[] {
  let at = 0;
  return VIEWS.map((view) => ({
    view: view.name,
    keys: Object.fromEntries(view.keys.map((key) => [key, entities[key]])),
    values: Object.fromEntries(view.features.map(({ name }) => [name, nullable(vector[at++])])),
  }));
}

function nullable(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
