import type { Outcome__Output as Outcome } from '../../gen/scoremesh/scoring/v1/Outcome.ts';
import type { FieldViolation } from '../../kit/errors/mesh-error.ts';
import { isMoment } from '../../kit/moment.ts';
import { isUuid } from '../../kit/uuid.ts';
import { maxRequestIdLength } from '../request-inputs.ts';

const maxOutcomes = 1000;
const maxValues = 64;
/** Bytes of names, text and tensors of one outcome: its record has to hold them. */
const maxValueBytes = 32 * 1024;

/** Everything that is wrong with these outcomes, whatever the log has. */
export function outcomeFaults(outcomes: readonly Outcome[]): FieldViolation[] {
  if (outcomes.length === 0 || outcomes.length > maxOutcomes) {
    return [{ field: 'outcomes', description: `has ${outcomes.length}; give 1 to ${maxOutcomes}` }];
  }
  return outcomes.flatMap(({ predictionId, requestId, values, occurredAt }, place) => {
    const found: FieldViolation[] = [];
    const violate = (field: string, description: string): void => {
      found.push({ field: `outcomes[${place}].${field}`, description });
    };
    if (predictionId === '' && requestId === '')
      violate('prediction_id', 'is empty; give it, or the request_id of the prediction');
    if (predictionId !== '' && !isUuid(predictionId))
      violate('prediction_id', 'is not the id of a prediction');
    if (requestId.length > maxRequestIdLength)
      violate('request_id', `longer than ${maxRequestIdLength} characters`);
    if (occurredAt !== null && !isMoment(occurredAt))
      violate('occurred_at', 'is no moment from year 1 to 9999 with nanos from 0 to 999999999');
    const names = Object.keys(values).length;
    if (names === 0 || names > maxValues) violate('values', `has ${names}; give 1 to ${maxValues}`);
    let bytes = 0;
    if (Object.hasOwn(values, '')) violate('values', 'has a value without a name');
    for (const [name, { kind, number, text, tensor }] of Object.entries(values)) {
      bytes += Buffer.byteLength(name) + Buffer.byteLength(text ?? '') + (tensor?.data.length ?? 0);
      if (kind === 'number' && !Number.isFinite(number))
        violate(`values.${name.slice(0, 64)}`, `is ${number}; give a finite number`);
      if (kind === undefined) violate(`values.${name.slice(0, 64)}`, 'has no value');
    }
    if (bytes > maxValueBytes) violate('values', `has ${bytes} bytes; ${maxValueBytes} is the most`);
    return found;
  });
}
