import fc from 'fast-check';
import type { Record } from '../../../services/gen/scoremesh/audit/v1/Record.ts';

const name = fc.constantFrom('', 'a', 'flight_delay', 'modèle', 'x'.repeat(40));
const version = fc.integer({ min: 0, max: 3 });
const model = fc.option(fc.record({ name, version, alias: name, digest: name }), { nil: null });
const batchId = fc.constantFrom('', 'b-1', 'b-2');
const id = fc.oneof(fc.uuid(), fc.constantFrom('', 'nothing'));
const handle = fc.uint8Array({ minLength: 15, maxLength: 16 }).map((bytes) => Buffer.from(bytes));
const sealed = fc.option(
  fc.record({ handle: fc.constant(Buffer.alloc(16, 1)), commitment: fc.constant(Buffer.alloc(32, 2)) }),
  { nil: null },
);

const event: fc.Arbitrary<Record> = fc.oneof(
  fc.record({
    prediction: fc.record({
      model,
      batchId,
      decision: name,
      batchSize: version,
      runtime: fc.constant({ threads: 1 }),
    }),
  }),
  fc.record({ inference: fc.record({ model, batchId, batchRow: version }) }),
  fc.record({
    refusal: fc.record({
      model: fc.oneof(name, fc.constantFrom('a@1', 'a@champion', 'a@', '@2', 'a@99999999999')),
      code: version,
      reason: name,
    }),
  }),
  fc.record({ refusalSummary: fc.record({ model: name, count: version }) }),
  fc.record({ outcome: fc.record({ predictionId: id }) }),
  fc.record({ modelChange: fc.record({ model: name, version, digest: name }) }),
  fc.record({ erasure: fc.record({ reason: name, handles: fc.array(handle, { maxLength: 5 }) }) }),
  fc.record({ pruning: fc.record({ minimumIndex: version.map(String) }) }),
  fc.constant({}),
);

/** Records about anything. */
export const record: fc.Arbitrary<Record> = fc
  .tuple(fc.record({ recordId: id, principal: name, schema: version, sealed }), event)
  .map(([rest, about]) => ({ ...rest, ...about }));

/** A prediction. */
export function recordOf(given: {
  readonly model: string;
  readonly version: number;
  readonly decision: string;
  readonly batchId: string;
}): Record {
  const { model: modelName, version: number, decision, batchId: batch } = given;
  return { prediction: { model: { name: modelName, version: number }, decision, batchId: batch } };
}
