import type { EventStream__Output as EventStream } from '../../../services/gen/scoremesh/feature/v1/EventStream.ts';
import type { FeatureSet__Output as FeatureSet } from '../../../services/gen/scoremesh/feature/v1/FeatureSet.ts';
import { invalidRequest, MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { CallOptions, MeshClient } from '../../client/client.ts';

/** The stream as it is declared now. Throws FEATURE_STREAM_NOT_FOUND. */
export async function declaredStream(
  mesh: Pick<MeshClient, 'features'>,
  name: string,
  call: CallOptions,
): Promise<EventStream> {
  const { streams } = await mesh.features.ListFeatures({}, call);
  const stream = streams.find((declared) => declared.name === name);
  if (stream !== undefined) return stream;
  const names = streams.map((declared) => declared.name).join(', ');
  throw new MeshError(
    'FEATURE_STREAM_NOT_FOUND',
    `no event stream is called "${name}"; there are ${names || 'none, declare one with `scoremesh features declare`'}`,
  );
}

/** The set that a reference means. Throws FEATURE_SET_NOT_FOUND, or INVALID_REQUEST for an empty one. */
export async function declaredSet(
  mesh: Pick<MeshClient, 'features'>,
  reference: string,
  call: CallOptions,
): Promise<FeatureSet> {
  // An empty reference would list everything.
  if (reference === '') throw invalidRequest([{ field: '--set', description: 'must name a feature set' }]);
  const { sets } = await mesh.features.ListFeatures({ featureSet: reference }, call);
  const [set] = sets;
  if (set !== undefined) return set;
  throw new MeshError('FEATURE_SET_NOT_FOUND', `no feature set is called "${reference}"`);
}
