import type { Event__Output } from '../../gen/scoremesh/feature/v1/Event.ts';
import type { Value__Output } from '../../gen/scoremesh/scoring/v1/Value.ts';
import { headerOf, type MessageHeaders } from '../../kit/bus/headers.ts';
import { messageCodec } from '../../kit/contract/protos.ts';
import type { Field } from '../declarations/declarations.ts';
import { eventIdFault } from '../events/event-id.ts';
import { parseInteger } from '../events/stored-value.ts';
import { eventMoment } from './event-moment.ts';

/** A message from NATS. */
export interface EventMessage {
  /** The stream that its subject names. */
  readonly stream: string;
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
  /** Identity of an event that has none of its own, the same in every delivery. */
  readonly ownId: string;
  /** When an event happened that does not say it: when JetStream took the message. */
  readonly takenAtMs: number;
}

/** Why a message can't be read as an event, in words that tell nothing of its values. */
export class Unreadable {
  readonly description: string;

  constructor(description: string) {
    this.description = description;
  }
}

/** The field that the rejection of a message names which could not be read as an event: there is nothing to take in again. */
export const unreadableField = 'body';

const codec = messageCodec<Event__Output, Event__Output>('scoremesh.feature.v1.Event');
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The event of a message: `application/x-protobuf` is a scoremesh.feature.v1.Event, everything else JSON, which is an object with
 * `fields` and perhaps `event_id` and `event_time` (ISO 8601 with its zone, or Unix ms), or an object that is itself the fields. What
 * the body does not say the headers Nats-Msg-Id and Scoremesh-Event-Time do. `fields` are the stream's, if it is declared: text of
 * digits is taken for an INT64, because JSON's numbers are not exact.
 */
export function readEventMessage(
  message: EventMessage,
  fields: readonly Pick<Field, 'name' | 'datatype'>[],
): Event__Output | Unreadable {
  const body = isProtobuf(message.headers) ? protobufEvent(message) : jsonEvent(message, fields);
  if (body instanceof Unreadable) return body;
  const eventId = body.eventId || headerOf(message.headers, 'Nats-Msg-Id') || message.ownId;
  const idFault = eventIdFault(eventId);
  if (idFault !== undefined) return new Unreadable(`the event id ${idFault}`);
  const header = headerOf(message.headers, 'Scoremesh-Event-Time');
  const eventTime = body.eventTime ?? (header === undefined ? message.takenAtMs : eventMoment(header));
  if (eventTime === undefined || !(Math.abs(eventTime) <= maxTimeMs)) return noMoment;
  return { stream: message.stream, eventId, eventTime, fields: body.fields };
}

/** The range of an ECMAScript date. */
const maxTimeMs = 8.64e15;
const noMoment = new Unreadable('the event time is neither ISO 8601 with its zone nor Unix milliseconds');

function isProtobuf(headers: MessageHeaders): boolean {
  const type = headerOf(headers, 'Content-Type') ?? '';
  return /^application\/(?:x-)?protobuf(?:;|$)/i.test(type);
}

type Body = Pick<Event__Output, 'eventId' | 'eventTime' | 'fields'>;

function protobufEvent({ payload, stream }: EventMessage): Body | Unreadable {
  let event: Event__Output;
  try {
    event = codec.decode(payload);
  } catch {
    return new Unreadable('the body is no scoremesh.feature.v1.Event');
  }
  if (event.stream !== '' && event.stream !== stream)
    return new Unreadable('the body names another stream than the subject');
  return event;
}

function jsonEvent(
  { payload }: EventMessage,
  fields: readonly Pick<Field, 'name' | 'datatype'>[],
): Body | Unreadable {
  let parsed: unknown;
  try {
    parsed = JSON.parse(utf8.decode(payload));
  } catch {
    return new Unreadable('the body is no JSON');
  }
  if (!isObject(parsed)) return new Unreadable('the body is no JSON object');
  if (!isObject(parsed.fields)) return withFields({ eventId: '' }, parsed, fields);
  const { event_id: eventId = '', event_time: moment, fields: given, ...others } = parsed;
  const [other] = Object.keys(others);
  if (other !== undefined)
    return new Unreadable(
      'beside "fields" the body has members other than event_id and event_time; put what is a field into "fields"',
    );
  if (typeof eventId !== 'string') return new Unreadable('event_id is no text');
  if (moment === undefined || moment === null) return withFields({ eventId }, given, fields);
  const eventTime = eventMoment(moment);
  return eventTime === undefined ? noMoment : withFields({ eventId, eventTime }, given, fields);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withFields(
  event: Omit<Body, 'fields'>,
  given: Record<string, unknown>,
  fields: readonly Pick<Field, 'name' | 'datatype'>[],
): Body | Unreadable {
  const values: [string, Value__Output][] = [];
  for (const [name, value] of Object.entries(given)) {
    const typed = jsonValue(value, () => fields.find((field) => field.name === name)?.datatype);
    if (typed === undefined)
      return new Unreadable(
        `field ${JSON.stringify(name.slice(0, 100))} is an object or a list; fields are numbers, text, true, false or null`,
      );
    values.push([name, typed]);
  }
  return { ...event, fields: Object.fromEntries(values) };
}

function jsonValue(value: unknown, datatype: () => Field['datatype'] | undefined): Value__Output | undefined {
  if (value === null) return {};
  if (typeof value === 'number') return { kind: 'number', number: value };
  if (typeof value === 'boolean') return { kind: 'flag', flag: value };
  if (typeof value !== 'string') return undefined;
  if (parseInteger(value) !== undefined && datatype() === 'INT64') return { kind: 'integer', integer: value };
  return { kind: 'text', text: value };
}
