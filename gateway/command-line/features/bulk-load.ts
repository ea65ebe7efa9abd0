import { setTimeout as wait } from 'node:timers/promises';
import type { IngestStreamRequest } from '../../../services/gen/scoremesh/feature/v1/IngestStreamRequest.ts';
import type { Rejection__Output as Rejection } from '../../../services/gen/scoremesh/feature/v1/Rejection.ts';
import { Code } from '../../../services/kit/errors/catalogue.ts';
import { isMeshError, MeshError } from '../../../services/kit/errors/mesh-error.ts';
import type { MeshClient } from '../../client/client.ts';
import type { UnreadableRow } from '../../files/table.ts';
import { type EventBatch, type EventSource, partOf } from './event-source.ts';
import { type BatchOutcome, nothingDone, outcomeOf, refusalOf, storeApart } from './refused-batch.ts';

/** What became of the events. */
export interface LoadTotals {
  readonly stored: number;
  readonly duplicates: number;
  readonly quarantined: number;
  /** Rows that can't be read as events and were left out. */
  readonly unreadable: number;
}

type Counts = { -readonly [Name in keyof LoadTotals]: number };

export interface LoadHooks {
  readonly stop: AbortSignal;
  /** Whether the first row that can't be read ends it. */
  readonly strict: boolean;
  /** Everything up to this row is durable. */
  onAcknowledged(row: number, share: number, totals: LoadTotals): void;
  /** A row went to the quarantine. */
  onRejected(row: number, rejection: Rejection): void;
  /** A row can't be read and is left out. */
  onUnreadable(row: UnreadableRow): void;
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
 * Throws CALL_CANCELLED when it is stopped, INVALID_REQUEST for a file that can't be read on (where it is strict, for a row), else the
 * mesh's refusal; what was acknowledged is stored in any case.
 */
export async function loadEvents(
  mesh: Pick<MeshClient, 'features'>,
  source: EventSource,
  fromRow: number,
  hooks: LoadHooks,
): Promise<LoadTotals> {
  const totals = { stored: 0, duplicates: 0, quarantined: 0, unreadable: 0 };
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
  hooks: LoadHooks,
  totals: Counts,
  acknowledge: (row: number) => void,
): Promise<unknown> {
  const { stop, strict } = hooks;
  const inFlight: EventBatch[] = [];
  let failure: unknown;
  let refused = false;
  let wake = (): void => {};
  const ended = (): boolean => failure !== undefined || stop.aborted;
  /** The first of those in flight is. */
  const done = (batch: EventBatch, outcome: BatchOutcome): void => {
    inFlight.shift();
    totals.stored += outcome.stored;
    totals.duplicates += outcome.duplicates;
    totals.quarantined += outcome.quarantined;
    for (const { rejection, row } of outcome.rejected) hooks.onRejected(row, rejection);
    // What came after a batch that was refused is sent again with it.
    if (refused) return;
    const unreadable = [...batch.unreadable, ...outcome.unreadable];
    totals.unreadable += unreadable.length;
    for (const row of unreadable) hooks.onUnreadable(row);
    acknowledge(batch.lastRow);
    hooks.onAcknowledged(batch.lastRow, batch.share, totals);
  };
  const passEmpty = (): void => {
    for (let [next] = inFlight; next?.events.length === 0; [next] = inFlight) done(next, nothingDone);
  };
  async function* requests(): AsyncGenerator<IngestStreamRequest> {
    try {
      let sequence = 0;
      for await (const batch of readable(source, fromRow, strict)) {
        while (inFlight.length >= maxInFlight && !ended()) await new Promise<void>((free) => (wake = free));
        if (ended()) return;
        inFlight.push(batch);
        if (batch.events.length > 0) yield { sequence: sequence++, events: [...batch.events] };
        else passEmpty();
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
      const [batch] = inFlight;
      if (batch === undefined) break;
      const { reason, response } = answer;
      if (response !== null) done(batch, outcomeOf(response, batch));
      else if (reason === 'FEATURE_EVENT_INVALID' && !strict)
        done(batch, await storeApart(mesh, batch, source.path, giveUp.signal));
      else {
        refused = true;
        failure ??= refusalOf(answer, batch, source.path);
        done(batch, nothingDone);
      }
      passEmpty();
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

/** The batches of a source; where it is strict, up to the first row that can't be read, with which it fails. */
async function* readable(
  source: EventSource,
  fromRow: number,
  strict: boolean,
): AsyncGenerator<EventBatch, void> {
  for await (const batch of source.batches(fromRow)) {
    const [first] = batch.unreadable;
    if (!strict || first === undefined) {
      yield batch;
      continue;
    }
    const before = batch.numbers.filter((number) => number < first.number).length;
    if (before > 0) yield partOf(batch, 0, before);
    throw first.fault;
  }
}

function unanswered(): MeshError {
  return new MeshError(
    'ROLE_UNREACHABLE',
    'the mesh ended the stream before it had answered all that was sent',
  );
}
