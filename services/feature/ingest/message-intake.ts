import type { Event__Output } from '../../gen/scoremesh/feature/v1/Event.ts';
import type { Delivery } from '../../kit/bus/delivery.ts';
import type { Call } from '../../kit/contract/call.ts';
import { isMeshError } from '../../kit/errors/mesh-error.ts';
import { maxTextBytes } from '../config.ts';
import { readEventMessage, Unreadable, unreadableField } from './event-message.ts';
import type { Ingest } from './ingest.ts';

/** Subjects are features.events.<event stream>. */
export const eventSubjectPrefix = 'features.events.';

/** Longer than any name of a stream. */
const maxStreamName = 100;

/**
 * Stores the event of a message, or puts the message into the quarantine if it can't be read as an event of a declared stream. Resolves
 * when either is durable.
 */
export async function takeMessage(
  delivery: Delivery,
  ingest: Pick<Ingest, 'plans' | 'store' | 'quarantine'>,
  call: Call,
  nowMs: number,
): Promise<void> {
  const { payload, headers, sequence, takenAtNs } = delivery;
  const stream = delivery.subject.slice(eventSubjectPrefix.length);
  const plan = ingest.plans.get(stream);
  const message = {
    stream: plan === undefined ? stream.slice(0, maxStreamName) : stream,
    payload,
    headers,
    ownId: `nats-${sequence}-${takenAtNs}`,
    // The server's clock may be ahead of ours.
    takenAtMs: Math.min(nowMs, Number(takenAtNs) / 1e6 || nowMs),
  };
  const event = readEventMessage(message, plan?.stream.fields ?? []);
  const refuse = (field: string, description: string, kept: Event__Output): Promise<void> => {
    const rejection = {
      index: 0,
      field,
      reason: 'REJECTION_REASON_MALFORMED',
      message: description,
    } as const;
    return ingest.quarantine({ event: kept, rejections: [rejection], receivedAt: nowMs }, call);
  };
  const asBytes = (): Event__Output => ({
    stream: message.stream,
    eventId: message.ownId,
    eventTime: message.takenAtMs,
    fields: bodyFields(payload),
  });
  if (event instanceof Unreadable) return refuse(unreadableField, event.description, asBytes());
  if (plan === undefined) return refuse('stream', 'no event stream is declared by this name', event);
  try {
    await ingest.store([event], call, { patient: true });
  } catch (error) {
    if (!isMeshError(error) || error.reason !== 'FEATURE_EVENT_INVALID') throw error;
    await refuse(unreadableField, error.details.violations?.[0]?.description ?? error.message, asBytes());
  }
}

/** What is kept of a body that is no event. */
function bodyFields(payload: Uint8Array): Event__Output['fields'] {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const text = bytes.toString('utf8');
  if (bytes.length <= maxTextBytes && Buffer.from(text).equals(bytes))
    return { body: { kind: 'text', text } };
  const kept = bytes.subarray(0, (maxTextBytes / 4) * 3).toString('base64');
  return { body_base64: { kind: 'text', text: kept } };
}
