import type { AuditContract } from '../contracts.ts';
import type { Outcome__Output as Outcome } from '../gen/scoremesh/scoring/v1/Outcome.ts';
import type { RecordOutcomesRequest__Output as RecordOutcomesRequest } from '../gen/scoremesh/scoring/v1/RecordOutcomesRequest.ts';
import type { RecordOutcomesResponse__Output as RecordOutcomesResponse } from '../gen/scoremesh/scoring/v1/RecordOutcomesResponse.ts';
import type { Call } from '../kit/contract/call.ts';
import type { Client } from '../kit/contract/contract.ts';
import { type FieldViolation, invalidRequest, isNotFound } from '../kit/errors/mesh-error.ts';
import { isUuid } from '../kit/uuid.ts';
import type { AuditTrail } from './audit-trail.ts';
import { nowMs, outcomeRecord } from './records.ts';

const maxOutcomes = 1000;
const maxValues = 64;
/** Bytes of names, text and tensors of one outcome: its record has to hold them. */
const maxValueBytes = 32 * 1024;

/** Appends one record an outcome; resolves when all are durable. Every fault of the request is named before anything is written. */
export async function recordOutcomes(
  { outcomes }: RecordOutcomesRequest,
  deps: { audit: Client<AuditContract>; trail: AuditTrail; newId: () => string },
  call: Call,
): Promise<RecordOutcomesResponse> {
  const violations = faults(outcomes);
  if (violations.length > 0) throw invalidRequest(violations);
  const receivedAtMs = nowMs();
  const joined = await Promise.all(
    outcomes.map(async (outcome) => {
      const known = await isKnown(outcome.predictionId, deps.audit, call);
      const recordId = deps.newId();
      await deps.trail.append(outcomeRecord({ recordId, receivedAtMs, call }, outcome), recordId, call);
      return known;
    }),
  );
  const count = joined.filter(Boolean).length;
  return { joined: count, unknown: outcomes.length - count };
}

async function isKnown(predictionId: string, audit: Client<AuditContract>, call: Call): Promise<boolean> {
  try {
    const { record } = await audit.GetRecord({ recordId: predictionId, idempotencyKey: '' }, call);
    return record?.event === 'prediction' || record?.event === 'inference';
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

function faults(outcomes: readonly Outcome[]): FieldViolation[] {
  if (outcomes.length === 0 || outcomes.length > maxOutcomes) {
    return [{ field: 'outcomes', description: `has ${outcomes.length}; give 1 to ${maxOutcomes}` }];
  }
  return outcomes.flatMap(({ predictionId, values }, place) => {
    const found: FieldViolation[] = [];
    if (!isUuid(predictionId))
      found.push({ field: `outcomes[${place}].prediction_id`, description: 'is not the id of a prediction' });
    const names = Object.keys(values).length;
    if (names === 0 || names > maxValues)
      found.push({ field: `outcomes[${place}].values`, description: `has ${names}; give 1 to ${maxValues}` });
    let bytes = 0;
    for (const [name, { kind, text, tensor }] of Object.entries(values)) {
      bytes += Buffer.byteLength(name) + Buffer.byteLength(text ?? '') + (tensor?.data.length ?? 0);
      if (kind === undefined)
        found.push({
          field: `outcomes[${place}].values.${name.slice(0, 64)}`,
          description: 'has no value',
        });
    }
    if (bytes > maxValueBytes)
      found.push({
        field: `outcomes[${place}].values`,
        description: `has ${bytes} bytes; ${maxValueBytes} is the most`,
      });
    return found;
  });
}
