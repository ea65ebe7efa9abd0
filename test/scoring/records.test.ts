import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import {
  bodyDigest,
  nowMs,
  predictionRecord,
  refusalRecord,
  summaryRecord,
} from '../../services/scoring/records.ts';
import { planOf } from '../../services/scoring/score-plan.ts';
import { completeRecord } from './complete.ts';
import { float32, model, newCall, number, scoreRequest, tensor, text } from './fakes.ts';

const occasion = {
  recordId: '018f0000-0000-7000-8000-000000000001',
  receivedAtMs: 1_700_000_000_000.25,
  call: newCall(),
};
const version = { name: 'm', version: 1, digest: 'sha256:00', alias: '' };
const plan = planOf(model());
const maxPayloadBytes = 24 * 1024;
const batch = { batchSize: 3, batchClass: 'BATCH_CLASS_INVARIANT', batchId: '', batchRow: 0 } as const;
const keyed = fc.dictionary(
  fc.string({ maxLength: 8 }).filter((key) => key !== '__proto__'),
  fc.string({ maxLength: 8 }),
  { noNullPrototype: true },
);
const reversed = <T>(map: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(map).reverse());
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest();

function predicted(inputs: Parameters<typeof scoreRequest>[0] = {}, outputs = {}) {
  return predictionRecord(occasion, {
    request: scoreRequest(inputs),
    plan,
    model: version,
    features: undefined,
    outputs,
    batch,
    maxPayloadBytes,
  });
}

describe('a body digest', () => {
  it('does not depend on the order of maps, on request_id or on what is shown', () => {
    fc.assert(
      fc.property(keyed, keyed, (entities, texts) => {
        const inputs = Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, text(value)]));
        const one = bodyDigest(scoreRequest({ entities, inputs }));
        const other = {
          entities: reversed(entities),
          inputs: reversed(inputs),
          requestId: 'r',
          includeFeatures: true,
        };
        expect(bodyDigest(scoreRequest(other))).toEqual(one);
      }),
    );
  });

  it('depends on model, entities and inputs', () => {
    const digests = [
      scoreRequest(),
      scoreRequest({ model: 'n' }),
      scoreRequest({ entities: { a: 'b' } }),
      scoreRequest({ inputs: { a: number(0) } }),
      scoreRequest({ inputs: { a: number(-0) } }),
      scoreRequest({ inputs: { a: {} } }),
    ].map((request) => bodyDigest(request).toString('hex'));
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe('a prediction’s record', () => {
  it('says what was asked and answered, when and by whom', () => {
    const trace = { traceId: 'ab'.repeat(16), spanId: '', sampled: false, state: '' };
    const bytes = predictionRecord(
      { ...occasion, call: { ...newCall(1000, 'alice'), trace } },
      {
        request: scoreRequest({ inputs: { x: number(1) } }),
        plan,
        model: version,
        features: undefined,
        outputs: { score: number(0.5) },
        batch,
        maxPayloadBytes,
      },
    );
    const before = nowMs() * 1000;
    const record = completeRecord(bytes);
    expect(record).toMatchObject({
      schema: 2,
      recordId: occasion.recordId,
      receivedAtUs: 1_700_000_000_000_250,
      principal: 'alice',
      event: 'prediction',
      prediction: {
        request: { inputs: { x: { number: 1 } } },
        model: version,
        outputs: { score: { number: 0.5 } },
        batchSize: 3,
        batchClass: 'BATCH_CLASS_INVARIANT',
        omitted: [],
      },
    });
    expect(record.traceId.toString('hex')).toBe(trace.traceId);
    expect(record.recordedAtUs).toBeLessThanOrEqual(before);
  });

  it('has the same bytes whatever the order of maps', () => {
    fc.assert(
      fc.property(keyed, (entities) => {
        const [one, other] = [entities, reversed(entities)].map((given) => {
          const { recordedAtUs: _when, ...rest } = completeRecord(predicted({ entities: given }));
          return JSON.stringify(rest);
        });
        expect(other).toBe(one);
      }),
    );
  });

  it('holds the digest of a tensor that is too large, and no request is changed by it', () => {
    const data = Buffer.alloc(100_000, 7);
    const inputs = { image: tensor('UINT8', [100_000], data), x: number(1) };
    const { prediction } = completeRecord(predicted({ inputs }, { mask: tensor('UINT8', [100_000], data) }));
    expect(prediction!.request!.inputs.image!.tensor).toMatchObject({
      shape: ['100000'],
      data: Buffer.alloc(0),
    });
    expect(prediction!.request!.inputs.x).toMatchObject({ number: 1 });
    expect(prediction!.omitted).toEqual([
      { path: 'request.inputs.image', sha256: sha256(data), sizeBytes: '100000' },
      { path: 'outputs.mask', sha256: sha256(data), sizeBytes: '100000' },
    ]);
    expect(inputs.image.tensor!.data).toBe(data);
  });

  it('always fits the audit log, however many tensors there are, and keeps the small ones', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, sizes, (asked, answered) => {
        const tensors = (given: number[]) =>
          Object.fromEntries(
            given.map((size, place) => [`t${place}`, tensor('UINT8', [size], Buffer.alloc(size, 1))]),
          );
        const bytes = predicted({ inputs: tensors(asked) }, tensors(answered));
        expect(bytes.record.length).toBeLessThan(1024);
        expect(bytes.personal.length).toBeLessThan(40 * 1024);
        const { prediction } = completeRecord(bytes);
        const smallest = Math.min(...prediction!.omitted.map(({ sizeBytes }) => Number(sizeBytes)));
        const kept = Object.values({ ...prediction!.request!.inputs }).map(
          (value) => value.tensor!.data.length,
        );
        for (const size of kept) expect(size).toBeLessThan(smallest);
        const total = [...asked, ...answered].reduce((sum, size) => sum + size, 0);
        if (total <= 24 * 1024) expect(prediction!.omitted).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a refusal’s record', () => {
  const error = new MeshError('INPUT_MISSING', 'input "x" is missing');

  it('says what was asked and what the caller was told', () => {
    const record = completeRecord(
      refusalRecord(
        occasion,
        {
          request: scoreRequest({ inputs: { y: tensor('FP32', [1], float32(1)) } }),
          method: '',
          subject: '',
        },
        error,
      ),
    );
    expect(record).toMatchObject({
      event: 'refusal',
      refusal: { code: 3, reason: 'INPUT_MISSING', message: error.message, request: { model: 'm' } },
    });
  });

  it('fits the audit log whatever was asked', () => {
    const large = scoreRequest({
      model: 'é'.repeat(100_000),
      requestId: 'r'.repeat(100_000),
      entities: { a: 'x'.repeat(100_000) },
    });
    const bytes = refusalRecord(
      occasion,
      { request: large, method: '', subject: '' },
      new MeshError('INVALID_REQUEST', 'x'.repeat(100_000)),
    );
    expect(bytes.record.length + bytes.personal.length).toBeLessThan(60 * 1024);
    expect(completeRecord(bytes).refusal).toMatchObject({
      reason: 'INVALID_REQUEST',
      request: { entities: {} },
    });
  });

  it('of a count says how many of what', () => {
    const summary = { second: 1_700_000_000, code: 8, reason: 'QUEUE_FULL', model: 'm', count: 12 };
    expect(completeRecord(summaryRecord(occasion, summary))).toMatchObject({
      event: 'refusalSummary',
      refusalSummary: summary,
    });
  });
});
