import { describe, expect, test } from 'vitest';
import { mergeRecord } from '../../../services/audit/sealing/merge.ts';
import type { Record as AuditRecord } from '../../../services/gen/scoremesh/audit/v1/Record.ts';
import { recordCodec } from '../fixture.ts';
import { splitRecord } from './split-record.ts';

const sealed = { handle: Buffer.alloc(16, 1), commitment: Buffer.alloc(32, 2) };
const model = { name: 'flight_delay', version: 3 };
const omitted = [{ path: 'request.inputs.image', sha256: Buffer.alloc(32, 4), sizeBytes: '70000' }];
const request = { model: 'flight_delay', entities: { passenger: '4711' }, requestId: 'r1' };
const batch = { batchSize: 4, batchClass: 'BATCH_CLASS_INVARIANT', batchId: 'b', batchRow: 2 } as const;

const events: Record<string, Partial<AuditRecord>> = {
  prediction: {
    prediction: {
      ...batch,
      request,
      model,
      omitted,
      features: { featureSet: Buffer.from('set'), values: Buffer.from('values') },
      outputs: { late: { number: 0.7 }, why: { text: 'wind' } },
      decision: 'warn',
      threshold: 0.5,
      provenance: { featureSet: 'flights', digest: 'sha256:00', asOf: 1, statuses: Buffer.of(1, 2) },
      runtime: { library: 'onnxruntime 1.30.0' },
    },
  },
  inference: {
    inference: {
      ...batch,
      model,
      omitted,
      request: { modelName: 'flight_delay', id: 'x' },
      response: { modelName: 'flight_delay', modelVersion: '3' },
    },
  },
  refusal: {
    refusal: {
      request,
      omitted,
      code: 3,
      reason: 'INPUT_MISSING',
      message: 'no wind',
      method: 'm',
      model: 'f',
    },
  },
  outcome: {
    outcome: {
      predictionId: 'p',
      values: { late: { flag: true } },
      occurredAt: { seconds: '5', nanos: 1 },
      requestId: 'r1',
    },
  },
  refusalSummary: { refusalSummary: { second: 9, code: 8, reason: 'QUEUE_FULL', model: 'f', count: 3 } },
  erasure: { erasure: { reason: 'GDPR Art. 17', handles: [Buffer.alloc(16, 8)], total: '1' } },
  pruning: { pruning: { minimumIndex: '7', beforeMs: 12 } },
};

const encoded = (event: Partial<AuditRecord>): Buffer =>
  recordCodec.encode({
    schema: 2,
    recordId: 'id',
    receivedAtUs: 1,
    recordedAtUs: 2,
    traceId: Buffer.alloc(16, 3),
    principal: 'p',
    ...event,
    sealed,
  });

describe('an entry and its sealed content', () => {
  test.each(Object.keys(events))('make the complete %s again, by way of their bytes', (name) => {
    const whole = recordCodec.decode(encoded(events[name] ?? {}));
    expect(whole.event).toBe(name);
    const { entry, personal } = splitRecord(whole);
    const decoded = {
      entry: recordCodec.decode(recordCodec.encode(entry)),
      personal: recordCodec.decode(recordCodec.encode(personal)),
    };
    const before = recordCodec.encode(decoded.entry);
    const merged = mergeRecord(decoded.entry, decoded.personal);
    expect(merged).toEqual(whole);
    expect(recordCodec.encode(merged)).toEqual(encoded(events[name] ?? {}));
    expect(recordCodec.encode(decoded.entry)).toEqual(before);
  });

  test('leave the entry as it is where the content has another event or none', () => {
    const entry = recordCodec.decode(encoded(events.prediction ?? {}));
    for (const other of [events.refusal ?? {}, {}])
      expect(mergeRecord(entry, recordCodec.decode(encoded(other)))).toEqual(entry);
  });
});
