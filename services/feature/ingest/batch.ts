import type { Event__Output } from '../../gen/scoremesh/feature/v1/Event.ts';
import type { QuarantinedEvent__Output } from '../../gen/scoremesh/feature/v1/QuarantinedEvent.ts';
import type { Rejection__Output } from '../../gen/scoremesh/feature/v1/Rejection.ts';
import { messageCodec } from '../../kit/contract/protos.ts';
import { type FieldViolation, invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import { maxQuarantinedBytes, maxRequestEvents, maxViolations } from '../config.ts';
import { eventIdFault } from '../events/event-id.ts';
import { parseInteger } from '../events/stored-value.ts';
import type { Arrival, StreamPlan } from '../events/stream-plan.ts';
import type { NewEvent, NewQuarantined } from '../store/feature-store.ts';
import { streamNotFound } from './stream-not-found.ts';

/** Checked events that are stored together. */
export interface Batch {
  readonly events: readonly NewEvent[];
  readonly quarantined: readonly NewQuarantined[];
  /** Entries of the quarantine that these take the place of, or that go for good. */
  readonly released: readonly Released[];
}

export type Released = Pick<QuarantinedEvent__Output, 'quarantineId'> & { readonly stream: string };

/** What events are checked against. */
export interface Door {
  readonly plans: ReadonlyMap<string, StreamPlan>;
  readonly nowMs: number;
  /** Events of the stream from before this time are gone from the store. */
  expiredBefore(stream: string): number;
}

/** The range of an ECMAScript date. */
const maxTimeMs = 8.64e15;

const eventCodec = messageCodec<Event__Output, Event__Output>('scoremesh.feature.v1.Event');

/**
 * The events of a request as the store takes them; those that break their declaration among the quarantined. Fails with
 * INVALID_REQUEST, FEATURE_STREAM_NOT_FOUND or FEATURE_EVENT_INVALID where the request itself is wrong: then none of it may be stored.
 */
export function checkedBatch(given: readonly Event__Output[], door: Door): Batch {
  if (given.length === 0 || given.length > maxRequestEvents)
    throw invalidRequest([
      { field: 'events', description: `there are ${given.length}; send 1 to ${maxRequestEvents} at once` },
    ]);
  const violations: FieldViolation[] = [];
  let faults = 0;
  const fault = (index: number, field: string, description: string): void => {
    faults++;
    if (violations.length < maxViolations)
      violations.push({ field: `events[${index}]${field}`, description });
  };
  const events: NewEvent[] = [];
  const quarantined: NewQuarantined[] = [];
  const arrival: Arrival = { index: 0, nowMs: door.nowMs, absentTimeMs: door.nowMs, expiredBeforeMs: 0 };
  let rejections: Rejection__Output[] = [];
  let plan: StreamPlan | undefined;
  for (let index = 0; index < given.length; index++) {
    const event = given[index] as Event__Output;
    if (plan?.stream.name !== event.stream) {
      plan = planOf(event, index, door);
      arrival.expiredBeforeMs = retentionEdge(plan, door);
    }
    const broken = identityFault(event);
    if (broken !== undefined) {
      fault(index, broken[0], broken[1]);
      continue;
    }
    arrival.index = index;
    const clean = plan.encode(event, arrival, rejections);
    if (clean !== undefined) {
      events.push(clean);
      continue;
    }
    const unfit = quarantineFault(event);
    if (unfit !== undefined)
      fault(index, `.fields.${rejections[0]?.field}`, `${rejections[0]?.message}; and ${unfit}`);
    quarantined.push({ event, rejections, receivedAt: door.nowMs });
    rejections = [];
  }
  if (faults > 0) throw eventInvalid(violations, faults);
  return { events, quarantined, released: [] };
}

function planOf(event: Event__Output, index: number, { plans }: Door): StreamPlan {
  const plan = plans.get(event.stream);
  if (plan !== undefined) return plan;
  throw streamNotFound(`events[${index}].stream`, event.stream, plans.keys());
}

function identityFault({ eventId, eventTime }: Event__Output): readonly [string, string] | undefined {
  const idFault = eventIdFault(eventId);
  if (idFault !== undefined) return ['.event_id', idFault];
  if (eventTime === undefined)
    return eventId === ''
      ? ['', 'has neither event_id nor event_time; without an id it must say when it happened']
      : undefined;
  if (!(Math.abs(eventTime) <= maxTimeMs))
    return ['.event_time', 'is no time in Unix milliseconds; at most 8.64e15 before or after 1970'];
  return undefined;
}

/** Of what the store still has and of what the declaration keeps, the later. */
export function retentionEdge({ stream }: StreamPlan, door: Door): number {
  const gone = door.expiredBefore(stream.name);
  return stream.retentionMs === undefined ? gone : Math.max(gone, door.nowMs - stream.retentionMs);
}

/** Why an event can't be kept as it came; undefined if it can. */
function quarantineFault(event: Event__Output): string | undefined {
  // Over the wire none comes that is not one, and its bytes would be those of another.
  for (const { kind, integer } of Object.values(event.fields))
    if (kind === 'integer' && parseInteger(integer) === undefined)
      return 'the quarantine takes no such integer';
  const size = eventCodec.encode(event).length;
  if (size <= maxQuarantinedBytes) return undefined;
  return `with ${size} bytes the event is too large for the quarantine, which takes ${maxQuarantinedBytes}`;
}

function eventInvalid(violations: readonly FieldViolation[], faults: number): MeshError {
  const [first] = violations;
  const more = faults > 1 ? ` (and ${faults - 1} more)` : '';
  return new MeshError(
    'FEATURE_EVENT_INVALID',
    `${first?.field}: ${first?.description}${more}; none of the events was stored`,
    { violations },
  );
}
