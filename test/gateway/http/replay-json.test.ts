import { describe, expect, it } from 'vitest';
import { replayRequestOf, replayResponseJson } from '../../../gateway/http/replay-json.ts';
import { number, tensor, text } from '../../scoring/fakes.ts';

describe('the body of a replay', () => {
  it('names a prediction, and what to change', () => {
    expect(replayRequestOf({ prediction_id: 'p' })).toEqual({
      ...{ predictionId: 'p', readFeatures: false, changes: {} },
    });
    expect(
      replayRequestOf({ prediction_id: 'p', read_features: true, changes: { a: 1, 'v.f': 'x' } }),
    ).toEqual({ predictionId: 'p', readFeatures: true, changes: { a: number(1), 'v.f': text('x') } });
  });

  it.each([
    [undefined],
    [{}],
    [{ prediction_id: 1 }],
    [{ prediction_id: 'p', set: {} }],
    [{ prediction_id: 'p', changes: { a: null } }],
  ])('is refused: %j', (body) => {
    expect(() => replayRequestOf(body)).toThrow(expect.objectContaining({ reason: 'INVALID_REQUEST' }));
  });
});

it('what a replay found is JSON with exact numbers', () => {
  const read = {
    name: 'v.f',
    value: number(1),
    status: 'FEATURE_STATUS_PRESENT',
    eventTime: null,
    ingestTime: null,
    ageMs: '0',
  } as const;
  expect(
    replayResponseJson({
      verdict: 'REPLAY_VERDICT_DIFFERS',
      explanation: 'e',
      model: { name: 'm', version: 1, digest: 'd', alias: '' },
      recorded: { y: number(Number.NaN) },
      replayed: { y: tensor('UINT8', [2], Buffer.from([1, 2])) },
      differences: [{ output: 'y', maxUlp: String(2n ** 64n - 1n), elements: '2' }],
      skew: [{ name: 'v.f', recorded: read, read: null }],
      recordedRuntime: 'then',
      replayedRuntime: 'now',
    }),
  ).toEqual({
    verdict: 'DIFFERS',
    explanation: 'e',
    model: { name: 'm', version: 1, digest: 'd', alias: '' },
    recorded: { y: 'NaN' },
    replayed: { y: { tensor: { datatype: 'UINT8', shape: [2], data: 'AQI=' } } },
    differences: [{ output: 'y', max_ulp: '18446744073709551615', elements: 2 }],
    skew: [{ name: 'v.f', recorded: { name: 'v.f', value: 1, status: 'PRESENT' }, read: null }],
    recorded_runtime: 'then',
    replayed_runtime: 'now',
  });
});
