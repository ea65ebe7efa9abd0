import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  InferTensorContents,
  InferTensorContents__Output,
} from '../../services/gen/inference/InferTensorContents.ts';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../services/gen/inference/ModelInferRequest.ts';
import { messageCodec } from '../../services/kit/contract/protos.ts';
import { checkDescription, inferenceRecord } from '../../services/scoring/inference-record.ts';
import type { RecordParts } from '../../services/scoring/records.ts';
import { planOf } from '../../services/scoring/score-plan.ts';
import { completeRecord } from './complete.ts';
import { inferResponse, model, newCall } from './fakes.ts';

/** Of a record, as the audit log takes it. */
const maxRecordBytes = 60 * 1024;

const occasion = { recordId: '018f0000-0000-7000-8000-000000000001', receivedAtMs: 0, call: newCall() };
const plan = planOf(model());
const version = { name: 'm', version: 1, digest: 'sha256:00', alias: '' };
const batch = {
  batchSize: 3,
  batchClass: 'BATCH_CLASS_DEPENDENT_BATCHED',
  batchId: 'b-1',
  batchRow: 2,
} as const;
const contentsCodec = messageCodec<InferTensorContents, InferTensorContents__Output>(
  'inference.InferTensorContents',
);
const noContents: InferTensorContents__Output = {
  boolContents: [],
  intContents: [],
  int64Contents: [],
  uintContents: [],
  uint64Contents: [],
  fp32Contents: [],
  fp64Contents: [],
  bytesContents: [],
};

function request(rest: Partial<ModelInferRequest>): ModelInferRequest {
  return {
    modelName: 'm',
    modelVersion: '',
    id: '',
    parameters: {},
    inputs: [],
    outputs: [],
    rawInputContents: [],
    ...rest,
  };
}

function input(
  name: string,
  contents: InferTensorContents__Output | null = null,
): ModelInferRequest['inputs'][number] {
  return { name, datatype: 'UINT8', shape: ['1'], parameters: {}, contents };
}

function recorded(asked: ModelInferRequest, response = inferResponse({})): RecordParts {
  return inferenceRecord(occasion, {
    request: asked,
    plan,
    model: version,
    response,
    batch,
    maxPayloadBytes: 24 * 1024,
  });
}

describe('the record of an inference', () => {
  it('names the batch where rows depend on it, and has no parameters of the answer', () => {
    expect(completeRecord(recorded(request({}), inferResponse({}, 3))).inference).toMatchObject({
      ...batch,
      response: { parameters: {} },
    });
  });

  it('has typed contents that are too large by the digest of their message', () => {
    const contents = { ...noContents, fp64Contents: Array.from({ length: 5000 }, (_, place) => place / 3) };
    const asked = request({
      inputs: [input('x', contents), input('n', { ...noContents, int64Contents: ['-1'] })],
    });
    const { inference } = completeRecord(recorded(asked));
    const encoded = contentsCodec.encode(contents);
    const sha256 = createHash('sha256').update(encoded).digest();
    expect(inference!.omitted).toEqual([{ path: 'request.x', sha256, sizeBytes: String(encoded.length) }]);
    expect(inference!.request!.inputs).toMatchObject([
      { contents: null },
      { contents: { int64Contents: ['-1'] } },
    ]);
    // What is passed on stays whole.
    expect(asked.inputs[0]!.contents).toBe(contents);
  });

  it('always fits the audit log, and keeps what is small', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 0, max: 7000 }), (raw, answered, described) => {
        const asked = request({
          id: '\u20ac'.repeat(described),
          inputs: raw.map((_, place) => input(`t${place}`)),
          rawInputContents: raw.map((size) => Buffer.alloc(size, 1)),
        });
        checkDescription(asked);
        const outputs = answered.map((size, place) => [
          `o${place}`,
          ['UINT8', [size], Buffer.alloc(size, 2)],
        ]);
        const bytes = recorded(asked, inferResponse(Object.fromEntries(outputs)));
        expect(bytes.personal.length).toBeLessThan(maxRecordBytes);
        const { inference } = completeRecord(bytes);
        const kept = [...inference!.request!.rawInputContents, ...inference!.response!.rawOutputContents];
        const whole = [...raw, ...answered];
        expect(kept).toHaveLength(whole.length);
        const smallest = Math.min(...inference!.omitted.map(({ sizeBytes }) => Number(sizeBytes)));
        for (const [place, { length }] of kept.entries())
          expect(length).toBe(whole[place]! < smallest ? whole[place] : 0);
        if (whole.reduce((sum, size) => sum + size, 0) <= 24 * 1024) expect(inference!.omitted).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('always fits with typed contents, too', () => {
    const numbers = fc.array(fc.nat(8000), { maxLength: 6 });
    fc.assert(
      fc.property(numbers, (counts) => {
        const asked = request({
          inputs: counts.map((count, place) =>
            input(`t${place}`, { ...noContents, int64Contents: Array.from({ length: count }, () => '-1') }),
          ),
        });
        expect(recorded(asked).personal.length).toBeLessThan(maxRecordBytes);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the description of a request', () => {
  it.each<[string, Partial<ModelInferRequest>]>([
    ['id', { id: 'x'.repeat(9000) }],
    ['names', { inputs: Array.from({ length: 300 }, (_, place) => input(`${place}`.padStart(40))) }],
    ['shapes', { inputs: [{ ...input('x'), shape: Array.from({ length: 600 }, () => '1') }] }],
    ['outputs', { outputs: [{ name: 'x'.repeat(9000), parameters: {} }] }],
    ['parameters', { parameters: { a: { stringParam: 'x'.repeat(9000), parameterChoice: 'stringParam' } } }],
  ])('is refused if no record could hold it: %s', (_what, rest) => {
    expect(() => checkDescription(request(rest))).toThrow(
      expect.objectContaining({ reason: 'INVALID_REQUEST', message: expect.stringContaining('8192') }),
    );
  });

  it('of a request with many tensors is taken', () => {
    checkDescription(request({ inputs: Array.from({ length: 100 }, (_, place) => input(`t${place}`)) }));
  });
});
