import { afterEach, describe, expect, it } from 'vitest';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { createScoring } from '../../services/scoring/service.ts';
import { createReadableMetrics } from '../inference/mesh-parts.ts';
import { createGate, errorOf, until } from '../kit/rpc/processes.ts';
import { type FakeRoles, fakeRoles, float32, inferResponse, model, newCall, scoreRequest } from './fakes.ts';

let closers = createClosers(silentLog);
afterEach(async () => {
  const used = closers;
  closers = createClosers(silentLog);
  await used.close();
});

async function start(roles: FakeRoles) {
  const service = createScoring(
    { maxInFlight: 100, defaultTimeoutMs: 10_000, maxPayloadBytes: 24 * 1024 },
    { ...roles, unready: () => undefined, log: silentLog, metrics: createReadableMetrics() },
    closers,
  );
  await until(() => service.unready() === undefined);
  return service;
}

const asked = scoreRequest({ requestId: 'j1' });
const refusedAs = (reason: string) => ({ refusal: expect.objectContaining({ reason }) });
const unwanted = new MeshError('CALL_CANCELLED', 'nobody wants it');

describe('a request that was refused for good', () => {
  it('has no answer any more, also of who scores it already', async () => {
    const inferred = createGate();
    const roles = fakeRoles([model()], {
      infer: async () => {
        await inferred.opened;
        return inferResponse({ y: ['FP32', [1, 1], float32(1)] });
      },
    });
    const { refuseForGood, scoring } = await start(roles);
    const late = errorOf(scoring.Score(asked, newCall()));
    await until(() => roles.steps.includes('inference'));
    expect(await refuseForGood(asked, unwanted, newCall())).toEqual({});
    inferred.open();
    expect(await late).toMatchObject({
      reason: 'CALL_CANCELLED',
      message: expect.stringContaining('nobody wants it'),
    });
    expect(await errorOf(scoring.Score(asked, newCall()))).toMatchObject({ reason: 'CALL_CANCELLED' });
    expect(roles.records().filter(({ prediction }) => prediction)).toEqual([]);
  });

  it('is refused again without another record', async () => {
    const roles = fakeRoles([model()]);
    const { refuseForGood } = await start(roles);
    for (let time = 0; time < 2; time += 1)
      expect(await refuseForGood(asked, unwanted, newCall())).toEqual(
        time === 0 ? {} : refusedAs('CALL_CANCELLED'),
      );
    expect(roles.records()).toMatchObject([{ refusal: { reason: 'CALL_CANCELLED' } }]);
  });
});

it('a refusal that is left to who scores is recorded once, however often it is delivered, and answered from there', async () => {
  const roles = fakeRoles([model()]);
  const { leaveRefusal, refuseForGood, scoring } = await start(roles);
  const isLeft = ({ details, reason }: MeshError) =>
    reason === 'MODEL_NOT_FOUND' || details.metadata?.refused_by !== undefined;
  for (let time = 0; time < 3; time += 1) {
    const request = scoreRequest({ requestId: 'j2', model: 'absent' });
    leaveRefusal(request, isLeft);
    const error = await errorOf(scoring.Score(request, newCall()));
    expect(error).toMatchObject({ reason: 'MODEL_NOT_FOUND' });
    const before = time === 0 ? {} : refusedAs('MODEL_NOT_FOUND');
    expect(await refuseForGood(request, error as MeshError, newCall())).toEqual(before);
  }
  expect(roles.records()).toMatchObject([{ refusal: { reason: 'MODEL_NOT_FOUND' } }]);
  // Others keep theirs.
  await errorOf(scoring.Score(scoreRequest({ model: 'absent' }), newCall()));
  expect(roles.records()).toHaveLength(2);
});

it('a request that was answered is not refused for good: its answer is', async () => {
  const roles = fakeRoles([model()]);
  const { refuseForGood, scoring } = await start(roles);
  const { predictionId } = await scoring.Score(asked, newCall());
  expect(await refuseForGood(asked, unwanted, newCall())).toMatchObject({
    response: { predictionId },
  });
  expect(roles.appended).toHaveLength(1);
});

it('an answer that was recorded before is told from a new one, and costs no second record', async () => {
  const roles = fakeRoles([model()]);
  const { expectNew, scoring, wasRecorded } = await start(roles);
  const score = async (isNew: boolean) => {
    const request = scoreRequest({ requestId: 'j3' });
    if (isNew) expectNew(request);
    await scoring.Score(request, newCall());
    return wasRecorded(request);
  };
  expect([await score(true), await score(true), await score(false)]).toEqual([false, true, true]);
  expect(roles.appended.length).toBeGreaterThan(0);
  expect(roles.records()).toHaveLength(1);
});
