import { expect, it } from 'vitest';
import { checkFeatureSet } from '../../../services/inference/loading/feature-set-check.ts';
import type { LoadedModel } from '../../../services/inference/loading/loader.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { silentLog } from '../../../services/kit/log/log.ts';

const pinned = 'set@sha256:00';

/** A model whose tensor `features` is filled from a set. */
function model(featureSet: string, columns: number): Pick<LoadedModel, 'declared' | 'shape'> {
  return {
    declared: { featureSet, sources: [{ tensor: 'features', columns: [], featureSet, input: '' }] },
    shape: { inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, columns] }] },
  } as unknown as Pick<LoadedModel, 'declared' | 'shape'>;
}

function answering(answer: { features: number } | MeshError) {
  const asked: string[] = [];
  const features = {
    ListFeatures: async ({ featureSet }: { featureSet: string }) => {
      asked.push(featureSet);
      if (answer instanceof MeshError) throw answer;
      const set = { features: Array.from({ length: answer.features }, (_, i) => `v.f${i}`) };
      return { sets: [set], views: [], streams: [], entities: [] };
    },
  };
  return { asked, deps: { features: features as never, log: silentLog } };
}

it('a model that names a version of its feature set is checked against that version', async () => {
  const { asked, deps } = answering({ features: 13 });
  await checkFeatureSet('m/1', model(pinned, 13), deps);
  await checkFeatureSet('m/1', model(pinned, -1), deps);
  expect(asked).toEqual([pinned, pinned]);
});

it('a model whose version of the set does not exist is refused by name', async () => {
  for (const reason of ['FEATURE_SET_CHANGED', 'FEATURE_SET_NOT_FOUND'] as const) {
    const { deps } = answering(new MeshError(reason, 'its current one is sha256:11'));
    await expect(checkFeatureSet('m/1', model(pinned, 13), deps)).rejects.toMatchObject({
      reason: 'FEATURE_SET_CHANGED',
      message: expect.stringMatching(/'m\/1'.*set@sha256:00.*sha256:11/),
    });
  }
});

it('a model with another number of columns than the set has features is refused', async () => {
  const { deps } = answering({ features: 12 });
  await expect(checkFeatureSet('m/1', model(pinned, 13), deps)).rejects.toMatchObject({
    reason: 'MODEL_INVALID',
    message: expect.stringContaining('13 columns'),
  });
});

it('a feature role that can’t be reached stops no model, nor does an unknown address', async () => {
  for (const reason of ['ROLE_UNREACHABLE', 'DEADLINE_PASSED_WAITING'] as const) {
    const { deps } = answering(new MeshError(reason, 'away'));
    await checkFeatureSet('m/1', model(pinned, 13), deps);
  }
  await checkFeatureSet('m/1', model(pinned, 13), { features: undefined, log: silentLog });
});

it('a model that names a set without a version is not asked about', async () => {
  const { asked, deps } = answering({ features: 1 });
  await checkFeatureSet('m/1', model('set', 13), deps);
  await checkFeatureSet('m/1', model('', 13), deps);
  expect(asked).toEqual([]);
});
