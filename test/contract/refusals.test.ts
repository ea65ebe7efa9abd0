import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isNotFound, MeshError, type ScoreRequest } from '../../gateway/client/client.ts';
import { flight } from './flight.ts';
import { type Placed, place, placementNames } from './placements.ts';

const inputs = flight().inputs;

interface Expected {
  readonly request: ScoreRequest;
  readonly code: number;
  readonly reason: string;
  readonly says: string;
  /** What google.rpc.BadRequest names. */
  readonly field?: string;
}

/** Each bad request with the code, reason and words that it must be refused with. */
const refusals: Record<string, Expected> = {
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
    field: 'model',
  },
  'no model at all': {
    request: flight({ model: '' }),
    code: 3,
    reason: 'INVALID_REQUEST',
    says: 'model',
    field: 'model',
  },
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
    field: 'entities.origin',
  },
  'a missing input': {
    request: flight({ inputs: { minute_of_day: { number: 1 } } }),
    code: 3,
    reason: 'INPUT_MISSING',
    says: 'day_of_week',
    field: 'inputs.day_of_week',
  },
  'an unknown input': {
    request: flight({ inputs: { ...inputs, speed: { number: 1 } } }),
    code: 3,
    reason: 'INPUT_UNKNOWN',
    says: 'speed',
    field: 'inputs.speed',
  },
  'a wrong type': {
    request: flight({ inputs: { ...inputs, distance: { text: 'far' } } }),
    code: 3,
    reason: 'INPUT_TYPE_MISMATCH',
    says: 'distance',
    field: 'inputs.distance',
  },
  'an input without a value': {
    request: flight({ inputs: { ...inputs, distance: {} } }),
    code: 3,
    reason: 'INPUT_MISSING',
    says: 'distance',
    field: 'inputs.distance',
  },
  'not a number': {
    request: flight({ inputs: { ...inputs, distance: { number: Number.NaN } } }),
    code: 3,
    reason: 'INPUT_OUT_OF_RANGE',
    says: 'finite',
    field: 'inputs.distance',
  },
  'an infinity': {
    request: flight({ inputs: { ...inputs, distance: { number: Number.POSITIVE_INFINITY } } }),
    code: 3,
    reason: 'INPUT_OUT_OF_RANGE',
    says: 'distance',
    field: 'inputs.distance',
  },
  'a number out of range': {
    request: flight({ inputs: { ...inputs, day_of_week: { number: 8 } } }),
    code: 3,
    reason: 'INPUT_OUT_OF_RANGE',
    says: '1 to 7',
    field: 'inputs.day_of_week',
  },
  'a long request_id': {
    request: flight({ requestId: 'x'.repeat(129) }),
    code: 3,
    reason: 'INVALID_REQUEST',
    says: 'request_id',
    field: 'request_id',
  },
};

/** What the first placement said to each bad request: the others must say the same. */
const said = new Map<string, unknown>();

describe.each(placementNames)('a mesh placed %s', (name) => {
  let mesh: Placed;

  beforeAll(async () => {
    mesh = await place(name);
  });
  afterAll(() => mesh?.close());

  it.each(Object.entries(refusals))(
    'refuses %s by name, and records it',
    async (what, { request, code, reason, says, field }) => {
      const since = Date.now();
      const error = await mesh.client.scoring.Score(request).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(MeshError);
      expect(error).toMatchObject({ code, reason, message: expect.stringContaining(says) });
      expect(isNotFound(error)).toBe(code === 5);
      const { message, details } = error as MeshError;
      expect(details.violations?.map((violation) => violation.field)).toEqual(field && [field]);
      if (!said.has(what)) said.set(what, { message, details });
      expect({ message, details }).toEqual(said.get(what));
      const { records } = await mesh.client.audit.ListRecords({
        since: { seconds: Math.floor(since / 1000), nanos: (since % 1000) * 1e6 },
        pageSize: 1000,
      });
      expect(records.map(({ record }) => record?.refusal?.reason)).toContain(reason);
    },
  );

  it('says over HTTP what it says over gRPC', async () => {
    const statuses: Readonly<Record<number, number>> = { 3: 400, 5: 404 };
    for (const [what, { request, code, reason }] of Object.entries(refusals)) {
      const body = httpBody(request);
      // JSON has no words for these, and a path none for a model without a name.
      if (body === undefined) continue;
      const response = await fetch(
        `${mesh.httpUrl}/v1/models/${encodeURIComponent(request.model ?? '')}:score`,
        { method: 'POST', headers: { 'content-type': 'application/json' }, body },
      );
      const { error } = (await response.json()) as { error: { reason: string; message: string } };
      expect({ what, status: response.status, reason: error.reason }).toEqual({
        what,
        status: statuses[code],
        reason,
      });
      expect(error.message).toBe((said.get(what) as MeshError).message);
    }
  });

  it('refuses by name what other services are asked for and do not have', async () => {
    const { features, models, audit, scoring } = mesh.client;
    const asked = {
      set: features.GetFeatures({ featureSet: 'nobody', rows: [{ entities: {} }] }),
      entity: features.GetFeatures({
        featureSet: 'flight_delay',
        rows: [{ entities: { origin: 'ORD' }, inputs: { minute_of_day: { number: 750 } } }],
      }),
      version: features.GetFeatures({ featureSet: 'flight_delay@sha256:00', rows: [{ entities: {} }] }),
      view: features.GetFeatures({ features: ['nobody.late_rate_1h'], rows: [{ entities: {} }] }),
      stream: features.Ingest({ events: [{ stream: 'nobody', eventId: '1' }] }),
      event: features.Ingest({ events: [{ stream: 'arrivals', fields: { origin: { text: 'ORD' } } }] }),
      declaration: features.Declare({ yaml: 'views: { v: { stream: nobody } }' }),
      model: models.GetModel({ model: 'nobody' }),
      page: audit.ListRecords({ pageSize: 5000 }),
      outcomes: scoring.RecordOutcomes({ outcomes: [] }),
    };
    const refused = Object.entries(asked).map(async ([what, answer]) => {
      const error = await answer.catch((thrown: MeshError) => thrown);
      expect(error).toBeInstanceOf(MeshError);
      const { code, reason, message, details } = error as MeshError;
      return [what, { code, reason, message, details }] as const;
    });
    const errors = Object.fromEntries(await Promise.all(refused));
    expect(errors).toMatchObject({
      set: { code: 5, reason: 'FEATURE_SET_NOT_FOUND', message: expect.stringContaining('flight_delay') },
      entity: { code: 3, reason: 'ENTITY_MISSING', message: expect.stringContaining('destination') },
      view: { code: 5, reason: 'FEATURE_VIEW_NOT_FOUND', message: expect.stringContaining('origin_delays') },
      version: { code: 9, reason: 'FEATURE_SET_CHANGED', message: expect.stringContaining('flight_delay') },
      stream: { code: 5, reason: 'FEATURE_STREAM_NOT_FOUND', message: expect.stringContaining('arrivals') },
      event: { code: 3, reason: 'FEATURE_EVENT_INVALID', message: expect.stringContaining('event_id') },
      declaration: {
        code: 3,
        reason: 'FEATURE_DECLARATION_INVALID',
        message: expect.stringContaining('nobody'),
      },
      model: { code: 5, reason: 'MODEL_NOT_FOUND', message: expect.stringContaining('flight_delay') },
      page: { code: 3, reason: 'INVALID_REQUEST', details: { violations: [{ field: 'page_size' }] } },
      outcomes: { code: 3, reason: 'INVALID_REQUEST', details: { violations: [{ field: 'outcomes' }] } },
    });
    if (!said.has('others')) said.set('others', errors);
    expect(errors).toEqual(said.get('others'));
  });

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

/** The request as JSON; undefined if JSON can't say it. */
function httpBody({ model, requestId, entities, inputs }: ScoreRequest): string | undefined {
  const values = Object.entries(inputs ?? {}).map(
    ([name, { number, text }]) => [name, number ?? text] as const,
  );
  const sayable = values.every(
    ([, value]) => value !== undefined && !(typeof value === 'number' && !Number.isFinite(value)),
  );
  if (!model || !sayable) return undefined;
  return JSON.stringify({ request_id: requestId, entities, inputs: Object.fromEntries(values) });
}
