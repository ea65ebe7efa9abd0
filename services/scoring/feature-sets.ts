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

/** The feature sets that models read. Asks the feature role only for what it has not met. */
export interface FeatureSets {
  /** What a model's reference ("name" or "name@sha256:<hex>") meant when it was last read. */
  current(reference: string, call: Call): KnownSet | Promise<KnownSet>;
  /** The version with this digest, which is what the reference means now. */
  get(reference: string, digest: string, call: Call): KnownSet | Promise<KnownSet>;
}

export function createFeatureSets(features: Client<FeatureContract>): FeatureSets {
  const byDigest = new Map<string, KnownSet>();
  const byReference = new Map<string, KnownSet>();
  const ask = async (reference: string, call: Call): Promise<KnownSet> => {
    const { sets } = await features.ListFeatures({ featureSet: reference }, call);
    const [set] = sets;
    if (set === undefined)
      throw new MeshError('FEATURE_SET_NOT_FOUND', `no feature set is called "${reference}"; declare it`);
    const known = { set, encoded: codec.encode(set) };
    byDigest.set(set.digest, known);
    return known;
  };
  const keep = (reference: string, known: KnownSet): KnownSet => {
    byReference.set(reference, known);
    return known;
  };
  return {
    current: (reference, call) =>
      byReference.get(reference) ?? ask(reference, call).then((known) => keep(reference, known)),
    get: (reference, digest, call) => {
      const known = byDigest.get(digest);
      if (known !== undefined) return keep(reference, known);
      const [name] = reference.split('@');
      return ask(`${name}@${digest}`, call).then((found) => keep(reference, found));
    },
  };
}

export function decodeFeatureSet(bytes: Uint8Array): FeatureSet__Output {
  return codec.decode(bytes);
}
