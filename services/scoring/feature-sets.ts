import type { FeatureContract } from '../contracts.ts';
import type { FeatureSet, FeatureSet__Output } from '../gen/scoremesh/feature/v1/FeatureSet.ts';
import type { Call } from '../kit/contract/call.ts';
import type { Client } from '../kit/contract/contract.ts';
import { messageCodec } from '../kit/contract/protos.ts';
import { MeshError } from '../kit/errors/mesh-error.ts';

const codec = messageCodec<FeatureSet, FeatureSet__Output>('scoremesh.feature.v1.FeatureSet');

/** A declared feature set with its serialized form, which goes into every record that read it. */
export interface KnownSet {
  readonly set: FeatureSet__Output;
  readonly encoded: Buffer;
}

/** The feature sets by digest. Asks the feature role only for a digest it has not met. */
export interface FeatureSets {
  get(name: string, digest: string, call: Call): KnownSet | Promise<KnownSet>;
}

export function createFeatureSets(features: Client<FeatureContract>): FeatureSets {
  const known = new Map<string, KnownSet>();
  const ask = async (name: string, digest: string, call: Call): Promise<KnownSet> => {
    const { sets } = await features.ListFeatures({}, call);
    for (const set of sets) known.set(set.digest, { set, encoded: codec.encode(set) });
    const found = known.get(digest);
    if (found === undefined) {
      throw new MeshError(
        'FEATURE_SET_NOT_FOUND',
        `feature set "${name}" changed while it was read; try again`,
        { retryAfterMs: 100 },
      );
    }
    return found;
  };
  return { get: (name, digest, call) => known.get(digest) ?? ask(name, digest, call) };
}

export function decodeFeatureSet(bytes: Uint8Array): FeatureSet__Output {
  return codec.decode(bytes);
}
