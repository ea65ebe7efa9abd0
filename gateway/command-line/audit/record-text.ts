import type { GetRecordResponse__Output as GetRecordResponse } from '../../../services/gen/scoremesh/audit/v1/GetRecordResponse.ts';
import { timeText } from '../../http/record-json.ts';
import { changeText } from '../model-text.ts';
import { textOfValue } from '../values.ts';

/** A record in one line: index, time, id and what happened. */
export function recordLine({ record, receipt }: GetRecordResponse): string {
  const at = timeText(record?.recordedAtUs ?? 0);
  return `${receipt?.logIndex}\t${at}\t${record?.recordId}\t${eventText(record)}`;
}

function eventText(record: GetRecordResponse['record']): string {
  if (record?.prediction) {
    const { model, outputs } = record.prediction;
    const shown = Object.entries(outputs).map(([name, value]) => `${name}=${textOfValue(value)}`);
    return `prediction ${model?.name}@${model?.version} ${shown.join(' ')}`;
  }
  if (record?.refusal) {
    const { reason, model, message } = record.refusal;
    return `refusal ${reason} ${model}${message === '' ? '' : `: ${message}`}`;
  }
  if (record?.refusalSummary)
    return `refusals ${record.refusalSummary.count} x ${record.refusalSummary.reason} ${record.refusalSummary.model}`;
  if (record?.inference) {
    const { batchSize, model } = record.inference;
    return `inference ${model?.name}@${model?.version} in a run of ${batchSize} rows`;
  }
  if (record?.modelChange) return `model ${changeText(record.modelChange)}`;
  if (record?.outcome) {
    const { predictionId, requestId, values } = record.outcome;
    const shown = Object.entries(values).map(([name, value]) => `${name}=${textOfValue(value)}`);
    const of = predictionId === '' ? `request ${requestId}` : predictionId;
    return ['outcome of', of, ...shown].join(' ');
  }
  if (record?.erasure) return `erasure of ${record.erasure.handles.length} records: ${record.erasure.reason}`;
  if (record?.pruning) return `pruning of the records before ${record.pruning.minimumIndex}`;
  return 'unknown';
}
