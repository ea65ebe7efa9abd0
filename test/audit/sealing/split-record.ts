import type { Record__Output } from '../../../services/gen/scoremesh/audit/v1/Record.ts';

/** What a complete record is put together from again. */
export function splitRecord(record: Record__Output): { entry: Record__Output; personal: Record__Output } {
  const personal: Record__Output = {
    schema: 0,
    recordId: '',
    receivedAtUs: 0,
    recordedAtUs: 0,
    traceId: Buffer.alloc(0),
    spanId: Buffer.alloc(0),
    principal: '',
    sealed: null,
  };
  const { event, prediction, inference, refusal, outcome } = record;
  const of = event === undefined ? {} : { event };
  const none = { batchSize: 0, batchClass: 'BATCH_CLASS_UNSPECIFIED', batchId: '', batchRow: 0 } as const;
  if (prediction) {
    const { request, features, outputs, omitted } = prediction;
    const rest = { model: null, decision: '', provenance: null, runtime: null };
    return {
      entry: {
        ...record,
        prediction: { ...prediction, request: null, features: null, outputs: {}, omitted: [] },
      },
      personal: { ...personal, ...of, prediction: { ...none, ...rest, request, features, outputs, omitted } },
    };
  }
  if (inference) {
    const { request, response, omitted } = inference;
    return {
      entry: { ...record, inference: { ...inference, request: null, response: null, omitted: [] } },
      personal: {
        ...personal,
        ...of,
        inference: { ...none, model: null, runtime: null, request, response, omitted },
      },
    };
  }
  if (refusal) {
    const { request, message, omitted } = refusal;
    return {
      entry: { ...record, refusal: { ...refusal, request: null, message: '', omitted: [] } },
      personal: {
        ...personal,
        ...of,
        refusal: { request, message, omitted, code: 0, reason: '', method: '', model: '' },
      },
    };
  }
  if (outcome) {
    const { values, occurredAt, requestId } = outcome;
    return {
      entry: { ...record, outcome: { ...outcome, values: {}, occurredAt: null, requestId: '' } },
      personal: { ...personal, ...of, outcome: { predictionId: '', values, occurredAt, requestId } },
    };
  }
  return { entry: record, personal };
}
