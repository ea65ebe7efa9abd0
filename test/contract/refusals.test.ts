import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isNotFound, MeshError, type ScoreRequest } from '../../gateway/client/client.ts';
import { flight } from './flight.ts';
import { type Placed, place, placementNames } from './placements.ts';

const inputs = flight().inputs;

/** Each bad request with the code, reason and words that it must be refused with. */
const refusals: Record<string, { request: ScoreRequest; code: number; reason: string; says: string }> = {
  'an unknown model': {
    request: flight({ model: 'nobody' }),
    code: 5,
    reason: 'MODEL_NOT_FOUND',
    says: 'flight_delay',
  },
  'an unknown version': {
    request: flight({ model: 'flight_delay@9' }),
    code: 5,
    reason: 'MODEL_VERSION_NOT_FOUND',
    says: '1, 2',
  },
  'an unknown alias': {
    request: flight({ model: 'flight_delay@best' }),
    code: 5,
    reason: 'MODEL_ALIAS_NOT_FOUND',
    says: 'champion',
  },
  'a malformed model name': {
    request: flight({ model: '../etc/passwd' }),
    code: 3,
    reason: 'INVALID_REQUEST',
    says: 'model',
  },
  'no model at all': { request: flight({ model: '' }), code: 3, reason: 'INVALID_REQUEST', says: 'model' },
  'a missing entity': {
    request: flight({ entities: { origin: 'ORD' } }),
    code: 3,
    reason: 'ENTITY_MISSING',
    says: 'destination',
  },
  'an empty key': {
    request: flight({ entities: { origin: '', destination: 'DEN' } }),
    code: 3,
    reason: 'INVALID_REQUEST',
    says: 'entities.origin',
  },
  'a missing input': {
    request: flight({ inputs: { minute_of_day: { number: 1 } } }),
    code: 3,
    reason: 'INPUT_MISSING',
    says: 'day_of_week',
  },
  'an unknown input': {
    request: flight({ inputs: { ...inputs, speed: { number: 1 } } }),
    code: 3,
    reason: 'INPUT_UNKNOWN',
    says: 'speed',
  },
  'a wrong type': {
    request: flight({ inputs: { ...inputs, distance: { text: 'far' } } }),
    code: 3,
    reason: 'INPUT_TYPE_MISMATCH',
    says: 'distance',
  },
  'an input without a value': {
    request: flight({ inputs: { ...inputs, distance: {} } }),
    code: 3,
    reason: 'INPUT_MISSING',
    says: 'distance',
  },
  'not a number': {
    request: flight({ inputs: { ...inputs, distance: { number: Number.NaN } } }),
    code: 3,
    reason: 'INPUT_OUT_OF_RANGE',
    says: 'finite',
  },
  'an infinity': {
    request: flight({ inputs: { ...inputs, distance: { number: Number.POSITIVE_INFINITY } } }),
    code: 3,
    reason: 'INPUT_OUT_OF_RANGE',
    says: 'distance',
  },
  'a number out of range': {
    request: flight({ inputs: { ...inputs, day_of_week: { number: 8 } } }),
    code: 3,
    reason: 'INPUT_OUT_OF_RANGE',
    says: '1 to 7',
  },
  'a long request_id': {
    request: flight({ requestId: 'x'.repeat(129) }),
    code: 3,
    reason: 'INVALID_REQUEST',
    says: 'request_id',
  },
};

describe.each(placementNames)('a mesh placed %s', (name) => {
  let mesh: Placed;

  beforeAll(async () => {
    mesh = await place(name);
  });
  afterAll(() => mesh?.close());

  it.each(Object.entries(refusals))(
    'refuses %s by name, and records it',
    async (_what, { request, code, reason, says }) => {
      const since = Date.now();
      const error = await mesh.client.scoring.Score(request).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(MeshError);
      expect(error).toMatchObject({ code, reason, message: expect.stringContaining(says) });
      expect(isNotFound(error)).toBe(code === 5);
      const { records } = await mesh.client.audit.ListRecords({
        since: { seconds: Math.floor(since / 1000), nanos: (since % 1000) * 1e6 },
        pageSize: 1000,
      });
      expect(records.map(({ record }) => record?.refusal?.reason)).toContain(reason);
    },
  );

  it('names wrong fields over HTTP as it does over gRPC', async () => {
    const post = async (body: string) => {
      const response = await fetch(`${mesh.httpUrl}/v1/models/flight_delay:score`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      return {
        status: response.status,
        ...((await response.json()) as { error: { reason: string; message: string } }),
      };
    };
    expect(await post('{"inputs":{"minute_of_day":1}}')).toMatchObject({
      status: 400,
      error: { reason: 'INPUT_MISSING' },
    });
    expect(await post('{"inputs":')).toMatchObject({ status: 400, error: { reason: 'INVALID_REQUEST' } });
    expect(await post('{"surprise":1}')).toMatchObject({ status: 400, error: { reason: 'INVALID_REQUEST' } });
  });

  it('answers NOT_FOUND for a record that does not exist, alike everywhere', async () => {
    const nobody = mesh.client.audit.GetRecord({ recordId: '01900000-0000-7000-8000-000000000000' });
    await expect(nobody).rejects.toMatchObject({ code: 5, reason: 'RECORD_NOT_FOUND' });
    await expect(nobody.catch(isNotFound)).resolves.toBe(true);
  });

  it('does not start work whose deadline has passed', async () => {
    const late = mesh.client.scoring.Score(flight(), { timeoutMs: 0 });
    await expect(late).rejects.toMatchObject({ code: 4 });
    // The typed client does not even send it; over HTTP a caller may come with next to nothing left.
    const response = await fetch(`${mesh.httpUrl}/v1/models/flight_delay:score`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-timeout-ms': '0.5' },
      body: '{}',
    });
    expect(response.status).toBe(400);
  });
});
