import type { Record__Output } from '../../gen/scoremesh/audit/v1/Record.ts';

/**
 * The complete record: the entry, and what is personal of its event from the sealed content. Neither is changed. What the two have no
 * event in common for comes from the entry.
 */
export function mergeRecord(entry: Record__Output, personal: Record__Output): Record__Output {
  if (entry.prediction && personal.prediction) {
    const { request, features, outputs, omitted } = personal.prediction;
    return { ...entry, prediction: { ...entry.prediction, request, features, outputs, omitted } };
  }
  if (entry.inference && personal.inference) {
    const { request, response, omitted } = personal.inference;
    return { ...entry, inference: { ...entry.inference, request, response, omitted } };
  }
  if (entry.refusal && personal.refusal) {
    const { request, message, omitted } = personal.refusal;
    return { ...entry, refusal: { ...entry.refusal, request, message, omitted } };
  }
  if (entry.outcome && personal.outcome) {
    const { values, occurredAt, requestId } = personal.outcome;
    return { ...entry, outcome: { ...entry.outcome, values, occurredAt, requestId } };
  }
  return entry;
}
