import type { IngestResponse__Output as IngestResponse } from '../../../services/gen/scoremesh/feature/v1/IngestResponse.ts';
import type { IngestStreamResponse__Output as IngestStreamResponse } from '../../../services/gen/scoremesh/feature/v1/IngestStreamResponse.ts';
import type { Rejection__Output as Rejection } from '../../../services/gen/scoremesh/feature/v1/Rejection.ts';
import { catalogue, type Reason } from '../../../services/kit/errors/catalogue.ts';
import { isMeshError, MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { reasonForCode } from '../../../services/kit/errors/status.ts';
import type { MeshClient } from '../../client/client.ts';
import { fileFault, type UnreadableRow } from '../../files/table.ts';
import { type EventBatch, partOf } from './event-source.ts';

/** What became of a batch. */
export interface BatchOutcome {
  readonly stored: number;
  readonly duplicates: number;
  readonly quarantined: number;
  /** Of the quarantined those that the mesh told, and their rows. */
  readonly rejected: readonly { readonly row: number; readonly rejection: Rejection }[];
  /** Rows that are no events to the mesh. */
  readonly unreadable: readonly UnreadableRow[];
}

export const nothingDone: BatchOutcome = {
  stored: 0,
  duplicates: 0,
  quarantined: 0,
  rejected: [],
  unreadable: [],
};

export function outcomeOf(response: IngestResponse, { numbers }: EventBatch): BatchOutcome {
  const { duplicates, quarantined, rejections, stored } = response;
  const rejected = rejections.map((rejection) => ({ row: numbers[rejection.index] ?? 0, rejection }));
  return { stored, duplicates, quarantined, rejected, unreadable: [] };
}

/** Why the mesh took nothing of a batch. */
export function refusalOf(answer: IngestStreamResponse, { numbers }: EventBatch, path: string): MeshError {
  const { code, reason, retryAfterMs } = answer;
  const known = Object.hasOwn(catalogue, reason) ? (reason as Reason) : reasonForCode(code);
  return new MeshError(
    known,
    `${path}, rows ${numbers[0]} to ${numbers.at(-1)}: ${answer.message}`,
    retryAfterMs === 0 ? {} : { retryAfterMs },
  );
}

/** A commit waits in a queue before it is made. */
const timeoutMs = 60_000;

/**
 * Stores what can be of a batch that was refused because some of its events are none: by halves, until those are alone. Costs up to two
 * calls for every halving of each. Fails as Ingest does otherwise; what it had stored by then counts as stored before when it is tried again.
 */
export async function storeApart(
  mesh: Pick<MeshClient, 'features'>,
  batch: EventBatch,
  path: string,
  signal: AbortSignal,
): Promise<BatchOutcome> {
  const events = [...batch.events];
  try {
    return outcomeOf(await mesh.features.Ingest({ events }, { signal, timeoutMs }), batch);
  } catch (error) {
    if (!isMeshError(error) || error.reason !== 'FEATURE_EVENT_INVALID') throw error;
    if (events.length === 1) return { ...nothingDone, unreadable: [unreadableRow(error, batch, path)] };
  }
  const middle = events.length >> 1;
  const first = await storeApart(mesh, partOf(batch, 0, middle), path, signal);
  const second = await storeApart(mesh, partOf(batch, middle, events.length), path, signal);
  return {
    stored: first.stored + second.stored,
    duplicates: first.duplicates + second.duplicates,
    quarantined: first.quarantined + second.quarantined,
    rejected: [...first.rejected, ...second.rejected],
    unreadable: [...first.unreadable, ...second.unreadable],
  };
}

/** The only event of a batch, as the mesh refused it. */
function unreadableRow(
  { details, message }: MeshError,
  { numbers }: EventBatch,
  path: string,
): UnreadableRow {
  const [number = 0] = numbers;
  const { field = '', description = message } = details.violations?.[0] ?? {};
  const member = field.replace(/^events\[0\]\.?/, '');
  return {
    number,
    fault: fileFault(path, description, `row ${number}${member === '' ? '' : `, ${member}`}`),
  };
}
