import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flight, flightEvents, flightMoment } from '../contract/flight.ts';
import { flights, type Placed, place } from '../contract/placements.ts';

/** The example's models, the second one made for a version of the set that never was. */
function modelsWithStranger(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-pinned-'));
  cpSync(join(flights, 'models'), folder, { recursive: true });
  const yaml = join(folder, 'flight_delay', '2', 'model.yaml');
  writeFileSync(
    yaml,
    readFileSync(yaml, 'utf8').replaceAll(/sha256:[0-9a-f]{64}/g, `sha256:${'0'.repeat(64)}`),
  );
  return folder;
}

const folder = modelsWithStranger();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a model that was made for a version of its feature set that does not exist', () => {
  let mesh: Placed;
  beforeAll(async () => {
    mesh = await place('local', { modelsFolder: folder });
  });
  afterAll(() => mesh?.close());

  it('is refused when it is loaded, and says why; others serve', async () => {
    const { model } = await mesh.client.models.GetModel({ model: 'flight_delay@2' });
    expect(model).toMatchObject({
      state: 'MODEL_STATE_FAILED',
      reason: expect.stringMatching(/flight_delay\/2.*flight_delay@sha256:0{64}/),
    });
    await expect(mesh.client.scoring.Score(flight({ model: 'flight_delay@1' }))).resolves.toMatchObject({
      model: { version: 1 },
    });
  });

  it('is served the version it was made for when the set has changed since', async () => {
    await mesh.client.features.Ingest({ events: flightEvents });
    const request = flight({ model: 'flight_delay@1', asOfEventTime: flightMoment, includeFeatures: true });
    const before = await mesh.client.scoring.Score(request);
    const { changes } = await mesh.client.features.Declare({
      yaml: 'sets: { flight_delay: { features: [system_delays.late_rate_1h] } }',
    });
    expect(changes).toMatchObject([{ kind: 'set', name: 'flight_delay' }]);
    const after = await mesh.client.scoring.Score(request);
    expect(after.outputs).toEqual(before.outputs);
    expect(after.features.map(({ name, value }) => [name, value])).toEqual(
      before.features.map(({ name, value }) => [name, value]),
    );
  });
});

it('is refused at the score where the inference role does not know the feature role', async () => {
  const mesh = await place('processes', { modelsFolder: folder });
  try {
    await expect(mesh.client.scoring.Score(flight({ model: 'flight_delay@2' }))).rejects.toMatchObject({
      reason: 'FEATURE_SET_CHANGED',
    });
  } finally {
    await mesh.close();
  }
});
