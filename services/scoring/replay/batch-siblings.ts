import type { AuditContract } from '../../contracts.ts';
import type { GetRecordResponse__Output as GetRecordResponse } from '../../gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { Call } from '../../kit/contract/call.ts';
import type { Client } from '../../kit/contract/contract.ts';
import { timestamp } from '../feature-values.ts';
import { type MissingContent, type RecordedAnswer, recordedAnswer } from './recorded-answer.ts';

/** Requests of one batch were recorded together: most within the first, those of a slow or troubled log within the last. */
const windowsMs = [200, 2_000, 30_000];
const pageSize = 200;
/** Pages that are looked through for one batch. */
const maxPages = 100;

/**
 * The other answers of the batch that an answer came from, in the order of their rows; `rowsOf` tells how many rows each brought.
 * Looks through the records of the same model around the record's time.
 */
export async function batchSiblings(
  own: RecordedAnswer,
  rowsOf: (answer: RecordedAnswer) => number,
  audit: Pick<Client<AuditContract>, 'QueryRecords'>,
  call: Call,
): Promise<readonly RecordedAnswer[] | MissingContent> {
  const { batchId, batchRow, batchSize } = own.event;
  const found = new Map<number, RecordedAnswer>([[batchRow, own]]);
  let rows = rowsOf(own);
  let lost: MissingContent | undefined;
  let pages = 0;

  const take = (stored: GetRecordResponse): void => {
    const event = stored.record?.prediction ?? stored.record?.inference;
    if (event?.batchId !== batchId || found.has(event.batchRow)) return;
    const sibling = recordedAnswer(stored);
    if ('verdict' in sibling) lost = sibling;
    else {
      found.set(event.batchRow, sibling);
      rows += rowsOf(sibling);
    }
  };

  for (const windowMs of windowsMs) {
    for (let pageToken = ''; rows < batchSize && lost === undefined && pages < maxPages; pages++) {
      const page = await audit.QueryRecords(
        { filter: filterAround(own, windowMs), pageSize, pageToken },
        call,
      );
      for (const { record } of page.records) if (record !== null) take(record);
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
  }
  if (lost !== undefined)
    return {
      verdict: lost.verdict,
      explanation: `its rows depend on batch ${batchId}, of which not all can be read: ${lost.explanation}`,
    };
  const ordered = [...found].sort(([a], [b]) => a - b).map(([, answer]) => answer);
  let next = 0;
  for (const answer of ordered) {
    if (answer.event.batchRow !== next) break;
    next += rowsOf(answer);
  }
  if (next === batchSize) return ordered;
  return {
    verdict: 'REPLAY_VERDICT_CONTENT_MISSING',
    explanation: `its rows depend on batch ${batchId} of ${batchSize} rows, of which only ${rows} are on record: the others' answers were not recorded`,
  };
}

function filterAround(
  { record: { receivedAtUs, recordedAtUs }, event: { model } }: RecordedAnswer,
  windowMs: number,
): Parameters<Client<AuditContract>['QueryRecords']>[0]['filter'] {
  return {
    since: timestamp(Math.min(receivedAtUs, recordedAtUs) / 1000 - windowMs),
    until: timestamp(Math.max(receivedAtUs, recordedAtUs) / 1000 + windowMs),
    events: ['prediction', 'inference'],
    model: model?.name ?? '',
    version: model?.version ?? 0,
    principal: '',
    decision: '',
    subject: '',
    outcome: 'OUTCOME_STATE_UNSPECIFIED',
  };
}
