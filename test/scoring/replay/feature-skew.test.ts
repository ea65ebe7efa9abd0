import { expect, it } from 'vitest';
import type { FeatureContract } from '../../../services/contracts.ts';
import type { Client } from '../../../services/kit/contract/contract.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { featuresCodec } from '../../../services/scoring/feature-values.ts';
import { noon } from '../../feature/arrivals.ts';
import { type Started, startFeatures } from '../../feature/fixture.ts';
import { buildModel, floats } from '../../inference/onnx-models.ts';
import { number, text } from '../fakes.ts';
import { type Replayed, startReplayed } from './replay-parts.ts';

const declarations = `
entities: { person: { keys: [person] } }
streams:
  payments:
    fields: { person: { type: text, required: true }, amount: { type: float64 } }
views:
  spend:
    stream: payments
    entity: person
    windows:
      total_1h: { aggregate: sum, field: amount, window: 1h, tile: 5m, type: float32 }
      count_1h: { aggregate: count, window: 1h, tile: 5m, type: float32 }
sets:
  risk:
    inputs: { factor: { type: float64 } }
    transforms: { scaled: { type: float32, expr: 'double(spend.total_1h) * inputs.factor' } }
    features: [spend.total_1h, spend.count_1h, { feature: scaled, absent: { default: 0 } }]
`;
const files = {
  // y = 1 * total + 10 * count + 100 * scaled + factor
  'm/1/model.onnx': buildModel({
    inputs: [
      { name: 'x', type: 'FP32', shape: ['N', 3] },
      { name: 'given', type: 'FP32', shape: ['N', 1] },
    ],
    outputs: [{ name: 'y', type: 'FP32', shape: ['N', 1] }],
    constants: [floats('w', [3, 1], [1, 10, 100])],
    nodes: [{ op: 'Gemm', inputs: ['x', 'w', 'given'], outputs: ['y'] }],
  }),
  'm/1/model.yaml': `
feature_set: risk
subject: person
inputs: { factor: { type: number } }
tensors: { x: { feature_set: risk }, given: { columns: [factor] } }
outputs: { score: { tensor: y } }
`,
};
let payments = 0;
const payment = (amount: number, eventTime: number) => ({
  stream: 'payments',
  eventId: `p${payments++}`,
  eventTime,
  fields: { person: text('eve'), amount: number(amount) },
});

async function started(): Promise<Replayed & { features: Started; id: string }> {
  const features = await startFeatures(declarations);
  await features.ingest(payment(5, noon - 60_000), payment(7, noon - 120_000));
  features.clock.now += 1000;
  const mesh = await startReplayed(files, features.handlers);
  const id = await mesh.score('m', { factor: number(2) }, { entities: { person: 'eve' } });
  return { ...mesh, features, id };
}

it('features that are read again as of then are the same, also after late events, which are told', async () => {
  const { replay, features, id } = await started();
  expect(await replay(id, {}, true)).toMatchObject({
    verdict: 'REPLAY_VERDICT_SAME',
    explanation: 'every output has the same bits; all 3 features are read as they were',
    skew: [],
  });
  features.clock.now += 60_000;
  await features.ingest(payment(100, noon - 30_000));
  expect(await replay(id, {}, true)).toMatchObject({
    verdict: 'REPLAY_VERDICT_SAME',
    explanation: expect.stringMatching(
      /with what was learnt since, spend.total_1h, spend.count_1h, scaled would be read differently/,
    ),
    skew: [],
  });
});

it('a feature that is read otherwise is told with both values', async () => {
  const { replay, log, id, features } = await started();
  // As if the event had been known then: the record says another moment of knowledge.
  features.clock.now += 60_000;
  const { ingestTime } = await features.ingest(payment(100, noon - 30_000));
  log.doctor(id, ({ prediction }) => {
    const values = featuresCodec.decode(prediction!.features!.values);
    const bytes = featuresCodec.encode({ ...values, asOfIngest: ingestTime });
    return { prediction: { ...prediction!, features: { ...prediction!.features!, values: bytes } } };
  });
  const { verdict, skew, explanation } = await replay(id, {}, true);
  expect(verdict).toBe('REPLAY_VERDICT_SAME');
  expect(explanation).toContain('3 of 3 features are read differently');
  expect(skew).toMatchObject([
    {
      name: 'spend.total_1h',
      recorded: { value: number(12), status: 'FEATURE_STATUS_PRESENT' },
      read: { value: number(112), status: 'FEATURE_STATUS_PRESENT' },
    },
    { name: 'spend.count_1h', recorded: { value: number(2) }, read: { value: number(3) } },
    { name: 'scaled', recorded: { value: number(24) }, read: { value: number(224) } },
  ]);
});

it('a history that is gone is an explanation, other failures fail', async () => {
  const features = await startFeatures(declarations);
  await features.ingest(payment(5, noon - 60_000));
  let failure: MeshError | undefined;
  const reads: Client<FeatureContract> = {
    ...features.handlers,
    GetFeatures: async (request, call) => {
      if (failure !== undefined) throw failure;
      return features.handlers.GetFeatures(request, call);
    },
  };
  const mesh = await startReplayed(files, reads);
  const id = await mesh.score('m', { factor: number(2) }, { entities: { person: 'eve' } });
  failure = new MeshError('FEATURE_HISTORY_EXPIRED', 'kept since yesterday');
  expect(await mesh.replay(id, {}, true)).toMatchObject({
    verdict: 'REPLAY_VERDICT_SAME',
    explanation: "every output has the same bits; the features can't be read again: kept since yesterday",
    skew: [],
  });
  failure = new MeshError('ROLE_UNREACHABLE', 'away');
  await expect(mesh.replay(id, {}, true)).rejects.toMatchObject({ reason: 'ROLE_UNREACHABLE' });
});

it('a what-if changes features by name, and reads expressions of changed inputs anew', async () => {
  const { replay, id } = await started();
  // 12 + 10 * 2 + 100 * 24 + 2
  const answer = { score: number(2434) };
  expect(await replay(id)).toMatchObject({ verdict: 'REPLAY_VERDICT_SAME', recorded: answer });
  expect(await replay(id, { 'spend.count_1h': number(5) })).toMatchObject({
    verdict: 'REPLAY_VERDICT_WHAT_IF',
    explanation:
      'it was run with spend.count_1h changed; expressions of the feature set kept what they gave for the features that were read',
    replayed: { score: number(2464) },
  });
  expect(await replay(id, { scaled: number(0) })).toMatchObject({ replayed: { score: number(34) } });
  expect(await replay(id, { factor: number(3) })).toMatchObject({ replayed: { score: number(3635) } });
  await expect(replay(id, { 'spend.count_1h': text('x') })).rejects.toMatchObject({
    reason: 'INPUT_TYPE_MISMATCH',
  });
  await expect(replay(id, { 'spend.count_1h': number(1e300) })).rejects.toMatchObject({
    reason: 'INPUT_OUT_OF_RANGE',
  });
  await expect(replay(id, { 'spend.nothing': number(1) })).rejects.toMatchObject({
    reason: 'INPUT_UNKNOWN',
    message: expect.stringContaining('spend.total_1h'),
  });
});
