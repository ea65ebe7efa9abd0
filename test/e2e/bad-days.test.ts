import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flight, flightEvents } from '../contract/flight.ts';
import { type Placed, place } from '../contract/placements.ts';
import { until, untilReady } from '../contract/ready.ts';
import { recordedPredictions, startLoad } from './load.ts';

describe('four processes under load', () => {
  let mesh: Placed;

  beforeAll(async () => {
    mesh = await place('processes');
    await mesh.client.features.Ingest({ events: flightEvents });
  });
  afterAll(() => mesh?.close());

  it.each(['feature', 'inference', 'audit'])(
    'survive a kill -9 of the %s role: named errors, then answers again, no answer without a record',
    async (name) => {
      const role = mesh.roles.get(name)!;
      const load = startLoad(mesh, 32);
      await load.answers(100);
      await role.kill();
      await role.restart();
      await untilReady(mesh.metricsUrl);
      await load.answers(100);
      await load.stop();
      expect(load.strange).toEqual([]);
      for (const reason of load.refused.keys())
        expect(reason).toMatch(/^(ROLE_UNREACHABLE|DEADLINE_PASSED_WAITING|DEADLINE_PAST|MODEL_NOT_READY)$/);
      const recorded = await recordedPredictions(mesh);
      expect(load.answered.filter((id) => !recorded.has(id))).toEqual([]);
    },
  );

  it('name every refusal when the gateway is asked to stop under load, which ends with code 0', async () => {
    const gateway = mesh.roles.get('gateway')!;
    const earlier = await recordedPredictions(mesh);
    const load = startLoad(mesh, 32);
    await load.answers(100);
    await expect(gateway.stop()).resolves.toBe(0);
    await load.stop();
    expect(load.strange).toEqual([]);
    for (const reason of load.refused.keys())
      expect(reason).toMatch(/^(ROLE_UNREACHABLE|SHUTTING_DOWN|DEADLINE_PASSED_WAITING)$/);
    await gateway.restart();
    let after = '';
    await until(async () => {
      after = (await mesh.client.scoring.Score(flight(), { timeoutMs: 2000 })).predictionId;
      return undefined;
    });
    const recorded = await recordedPredictions(mesh);
    expect(load.answered.filter((id) => !recorded.has(id))).toEqual([]);
    // Nor a record without its answer.
    const answered = new Set(load.answered);
    const unsent = [...recorded].filter((id) => !earlier.has(id) && !answered.has(id) && id !== after);
    expect(unsent).toEqual([]);
  });
});

describe('a client that goes away', () => {
  let mesh: Placed;

  beforeAll(async () => {
    mesh = await place('local');
  });
  afterAll(() => mesh?.close());

  it('leaves nothing behind', async () => {
    const aborts = Array.from({ length: 50 }, async (_unused, place) => {
      const going = new AbortController();
      const call = mesh.client.scoring.Score(flight(), { signal: going.signal });
      if (place % 2 === 0) going.abort();
      else setImmediate(() => going.abort());
      return call.then(
        () => 'OK',
        (error: { reason: string }) => error.reason,
      );
    });
    for (const outcome of await Promise.all(aborts)) expect(outcome).toMatch(/^(OK|CALL_CANCELLED)$/);
    await until(async () => {
      const text = await (await fetch(`${mesh.metricsUrl}/metrics`)).text();
      const [, count] = /^scoremesh_scores_in_flight (\d+)$/m.exec(text) ?? [];
      return count === '0' ? undefined : `${count} scores in flight`;
    });
    await expect(mesh.client.scoring.Score(flight())).resolves.toMatchObject({ model: { version: 1 } });
  });
});
