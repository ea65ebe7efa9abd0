import { createHash } from 'node:crypto';
import type { FeatureSet__Output } from '../../gen/scoremesh/feature/v1/FeatureSet.ts';
import type { FeatureView__Output } from '../../gen/scoremesh/feature/v1/FeatureView.ts';

/**
 * Identity of what a set means to a model: "sha256:<hex>" over the UTF-8 of "scoremesh.feature-set.v1\n" and the JSON, without
 * white space, of {"set": name, "features": [["view.feature", datatype], ...] in order, "views": [[name, [keys], max age in ms as
 * text], ...] of the views it reads by name}. Descriptions, and features of those views that the set doesn't read, don't count.
 */
export function setDigest(
  set: Pick<FeatureSet__Output, 'name' | 'features' | 'datatypes'>,
  views: ReadonlyMap<string, FeatureView__Output>,
): string {
  const canonical = JSON.stringify({
    set: set.name,
    features: set.features.map((feature, index) => [feature, set.datatypes[index]]),
    views: [...views.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((view) => [view.name, view.keys, view.maxAgeMs]),
  });
  return `sha256:${createHash('sha256').update(`scoremesh.feature-set.v1\n${canonical}`).digest('hex')}`;
}
