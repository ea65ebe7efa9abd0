import { setTimeout as wait } from 'node:timers/promises';
import type { Event } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import type { IngestStreamRequest } from '../../../services/gen/scoremesh/feature/v1/IngestStreamRequest.ts';
import type { IngestStreamResponse__Output as IngestStreamResponse } from '../../../services/gen/scoremesh/feature/v1/IngestStreamResponse.ts';
import type { Rejection__Output as Rejection } from '../../../services/gen/scoremesh/feature/v1/Rejection.ts';
import { Code, catalogue, type Reason } from '../../../services/kit/errors/catalogue.ts';
import { isMeshError, MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { reasonForCode } from '../../../services/kit/errors/status.ts';
import type { MeshClient } from '../../client/client.ts';

/** Rows of a file as events. */
export interface EventBatch {
  /** Number of each row in the file. */
  readonly numbers: readonly number[];
  readonly events: readonly Event[];
  /** How much of the file was read to here, 0 to 1. */
  readonly share: number;
}

export interface EventSource {
  readonly path: string;
  /** What stands before the numbers of rows that have no identity of their own; undefined if they all have. */
  readonly rowIds?: string | undefined;
  batches(fromRow: number): AsyncIterable<EventBatch>;
}

/** What became of the events. */
export interface LoadTotals {
  readonly stored: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

export interface LoadHooks {
  readonly stop: AbortSignal;
  /** Everything up to this row is durable. */
  onAcknowledged(row: number, share: number, totals: LoadTotals): void;
  /** A row went to the quarantine. */
  onRejected(row: number, rejection: Rejection): void;
  /** The mesh can't take more for now; it will be tried again. */
  onPause(error: MeshError, pauseMs: number): void;
}

/** As many commits as the mesh makes of one stream at once, and as many on the way. */
const maxInFlight = 16;
/** With the pauses between them half a minute: a mesh that is started again answers within. */
const maxTries = 9;
const firstPauseMs = 250;
const maxPauseMs = 5_000;
/** After it was asked to stop, what is in flight may still be acknowledged for so long. */
const stopGraceMs = 5_000;

/**
 * Stores the rows of a file from a row on; resolves when all are durable. Goes on by itself when the mesh was away or full for a while.
 * Throws CALL_CANCELLED when it is stopped, INVALID_REQUEST for a row that can't be read, else the mesh's refusal; what was acknowledged
 * is stored in any case.
 */
export async function loadEvents(
  mesh: Pick<MeshClient, 'features'>,
  source: EventSource,
  fromRow: number,
  hooks: LoadHooks,
): Promise<LoadTotals> {
  const totals = { stored: 0, duplicates: 0, quarantined: 0 };
  let nextRow = fromRow;
  for (let tries = 1; ; tries++) {
    const before = nextRow;
    const failure = await attempt(mesh, source, nextRow, hooks, totals, (row) => (nextRow = row + 1));
    if (hooks.stop.aborted) throw new MeshError('CALL_CANCELLED', 'the load was stopped');
    if (failure === undefined) return totals;
    if (nextRow > before) tries = 1;
    if (!isMeshError(failure) || !isPassing(failure) || tries === maxTries) throw failure;
    const pauseMs = Math.max(
      failure.details.retryAfterMs ?? 0,
      Math.min(maxPauseMs, firstPauseMs * 2 ** (tries - 1)),
    );
    hooks.onPause(failure, pauseMs);
    await wait(pauseMs, undefined, { signal: hooks.stop }).catch(() => {});
  }
}

function isPassing({ code, details }: MeshError): boolean {
  return (
    code === Code.UNAVAILABLE || (code === Code.RESOURCE_EXHAUSTED && details.retryAfterMs !== undefined)
  );
}

/** Sends until the file ends, it is stopped, or something fails; resolves to the failure. */
async function attempt(
  mesh: Pick<MeshClient, 'features'>,
  source: EventSource,
  fromRow: number,
  { onAcknowledged, onRejected, stop }: LoadHooks,
  totals: { stored: number; duplicates: number; quarantined: number },
  acknowledge: (row: number) => void,
): Promise<unknown> {
  const inFlight: EventBatch[] = [];
  let failure: unknown;
  let refused = false;
  let wake = (): void => {};
  const ended = (): boolean => failure !== undefined || stop.aborted;
  async function* requests(): AsyncGenerator<IngestStreamRequest> {
    try {
      let sequence = 0;
      for await (const batch of source.batches(fromRow)) {
        while (inFlight.length >= maxInFlight && !ended()) await new Promise<void>((free) => (wake = free));
        if (ended()) return;
        inFlight.push(batch);
        yield { sequence: sequence++, events: [...batch.events] };
      }
    } catch (error) {
      failure ??= error;
    }
  }
  const giveUp = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  const stopping = (): void => {
    wake();
    grace = setTimeout(() => giveUp.abort(), stopGraceMs);
  };
  if (stop.aborted) stopping();
  else stop.addEventListener('abort', stopping, { once: true });
  const sent = requests();
  try {
    for await (const answer of mesh.features.IngestStream(sent, { signal: giveUp.signal })) {
      const batch = inFlight.shift();
      if (batch === undefined) break;
      if (answer.response === null) {
        refused = true;
        failure ??= refusalOf(answer, batch, source.path);
      } else {
        const { stored, duplicates, quarantined, rejections } = answer.response;
        totals.stored += stored;
        totals.duplicates += duplicates;
        totals.quarantined += quarantined;
        for (const rejection of rejections) onRejected(batch.numbers[rejection.index] ?? 0, rejection);
        // What came after a batch that was refused is sent again with it.
        const row = batch.numbers.at(-1);
        if (!refused && row !== undefined) {
          acknowledge(row);
          onAcknowledged(row, batch.share, totals);
        }
      }
      wake();
    }
  } catch (error) {
    failure ??= error;
  } finally {
    clearTimeout(grace);
    stop.removeEventListener('abort', stopping);
    failure ??= inFlight.length > 0 ? unanswered() : undefined;
    wake();
    // Closes the file where nobody reads on.
    sent.return(undefined).catch(() => {});
  }
  return failure;
}

function refusalOf(answer: IngestStreamResponse, { numbers }: EventBatch, path: string): MeshError {
  const { code, reason, retryAfterMs } = answer;
  const known = Object.hasOwn(catalogue, reason) ? (reason as Reason) : reasonForCode(code);
  return new MeshError(
    known,
    `${path}, rows ${numbers[0]} to ${numbers.at(-1)}: ${answer.message}`,
    retryAfterMs === 0 ? {} : { retryAfterMs },
  );
}

function unanswered(): MeshError {
  return new MeshError(
    'ROLE_UNREACHABLE',
    'the mesh ended the stream before it had answered all that was sent',
  );
}
