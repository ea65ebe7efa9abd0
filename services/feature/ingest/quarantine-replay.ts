import type { FeatureContract } from '../../contracts.ts';
import type { QuarantinedEvent__Output } from '../../gen/scoremesh/feature/v1/QuarantinedEvent.ts';
import type { ReplayQuarantineRequest__Output } from '../../gen/scoremesh/feature/v1/ReplayQuarantineRequest.ts';
import type { ReplayQuarantineResponse__Output } from '../../gen/scoremesh/feature/v1/ReplayQuarantineResponse.ts';
import { type Call, throwIfUnwanted } from '../../kit/contract/call.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import type { FeatureStore, NewEvent } from '../store/feature-store.ts';
import { type Batch, type Door, type Released, retentionEdge } from './batch.ts';
import { unreadableField } from './event-message.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import type { IngestQueue } from './ingest-queue.ts';
import { streamNotFound } from './stream-not-found.ts';

export interface ReplayDeps {
  readonly store: FeatureStore;
  readonly queue: IngestQueue;
  readonly counts: IngestMetrics;
  door(): Door;
  isDeclared(stream: string): boolean;
}

/** Entries taken in with one commit: with the largest of them some MiB. */
const pageSize = 64;

/**
 * ReplayQuarantine: page by page, each with a commit of its own that stores what is clean today and takes it out of the quarantine. One
 * at a time. What fails in the middle leaves the pages before it done. Fails FEATURE_STREAM_NOT_FOUND for a stream that is not declared
 * and has no entries.
 */
export function createQuarantineReplay(deps: ReplayDeps): Handlers<FeatureContract>['ReplayQuarantine'] {
  let turn: Promise<unknown> = Promise.resolve();
  return (request, call) => {
    const done = turn.then(() => replay(request, call, deps));
    turn = done.catch(() => {});
    return done;
  };
}

async function replay(
  { stream, quarantineIds, discard }: ReplayQuarantineRequest__Output,
  call: Call,
  deps: ReplayDeps,
): Promise<ReplayQuarantineResponse__Output> {
  const { store, queue, counts, isDeclared } = deps;
  const wanted = quarantineIds.length === 0 ? undefined : new Set(quarantineIds);
  const sums = { stored: 0, duplicates: 0, remaining: 0, discarded: 0 };
  let after = '';
  for (let isLast = false; !isLast; ) {
    throwIfUnwanted(call, 'all of the quarantine was replayed');
    const { events: page, total } = await store.quarantine(stream, after, pageSize);
    if (after === '' && total === 0 && stream !== '' && !isDeclared(stream))
      throw streamNotFound('stream', stream, deps.door().plans.keys());
    isLast = page.length < pageSize;
    after = page.at(-1)?.quarantineId ?? after;
    const entries = page.filter(({ quarantineId }) => wanted?.delete(quarantineId) ?? true);
    if (wanted?.size === 0) isLast = true;
    const check = (): Batch => (discard ? withoutEvents(entries) : cleanOf(entries, deps.door()));
    if (check().released.length === 0) {
      sums.remaining += entries.length;
      continue;
    }
    const result = await queue.add(check, call, { patient: true });
    counts.stored(result, isDeclared);
    const released = result.batch.released.length;
    const duplicates = result.duplicates.filter((duplicate) => duplicate).length;
    sums.remaining += entries.length - released;
    sums.duplicates += duplicates;
    sums.stored += result.batch.events.length - duplicates;
    if (discard) sums.discarded += released;
  }
  return {
    stored: String(sums.stored),
    duplicates: String(sums.duplicates),
    remaining: String(sums.remaining),
    discarded: String(sums.discarded),
  };
}

/** What of the entries the declarations of now take; an event without a time happened when it came. */
function cleanOf(entries: readonly QuarantinedEvent__Output[], door: Door): Batch {
  const events: NewEvent[] = [];
  const released: Released[] = [];
  for (const { quarantineId, event, receivedAt, rejections } of entries) {
    const plan = door.plans.get(event?.stream ?? '');
    if (event === null || plan === undefined || rejections.some(isUnreadable)) continue;
    const arrival = {
      index: 0,
      nowMs: door.nowMs,
      absentTimeMs: receivedAt,
      expiredBeforeMs: retentionEdge(plan, door),
    };
    const clean = plan.encode(event, arrival, []);
    if (clean === undefined) continue;
    events.push(clean);
    released.push({ quarantineId, stream: event.stream });
  }
  return { events, quarantined: [], released };
}

function withoutEvents(entries: readonly QuarantinedEvent__Output[]): Batch {
  const released = entries.map(({ quarantineId, event }) => ({ quarantineId, stream: event?.stream ?? '' }));
  return { events: [], quarantined: [], released };
}

function isUnreadable({ reason, field }: QuarantinedEvent__Output['rejections'][number]): boolean {
  return reason === 'REJECTION_REASON_MALFORMED' && field === unreadableField;
}
