// Original file: scoremesh/feature/v1/event.proto

import type { Value as _scoremesh_scoring_v1_Value, Value__Output as _scoremesh_scoring_v1_Value__Output } from '../../../scoremesh/scoring/v1/Value.ts';

/**
 * One thing that happened.
 */
export interface Event {
  /**
   * The event stream's name.
   */
  'stream'?: (string);
  /**
   * Identity within the stream, at most 256 bytes: events with the same id count once, the first that came. Empty: the event's
   * content (stream, event time and fields) is its identity, and it must have an event time.
   */
  'eventId'?: (string);
  /**
   * When it happened, Unix ms; absent for now. Not further in the future than the stream's max_lead.
   */
  'eventTime'?: (number | string);
  /**
   * Fields by name. One that is left out or whose value is unset is null.
   */
  'fields'?: ({[key: string]: _scoremesh_scoring_v1_Value});
  '_eventTime'?: "eventTime";
}

/**
 * One thing that happened.
 */
export interface Event__Output {
  /**
   * The event stream's name.
   */
  'stream': (string);
  /**
   * Identity within the stream, at most 256 bytes: events with the same id count once, the first that came. Empty: the event's
   * content (stream, event time and fields) is its identity, and it must have an event time.
   */
  'eventId': (string);
  /**
   * When it happened, Unix ms; absent for now. Not further in the future than the stream's max_lead.
   */
  'eventTime'?: (number);
  /**
   * Fields by name. One that is left out or whose value is unset is null.
   */
  'fields': ({[key: string]: _scoremesh_scoring_v1_Value__Output});
  '_eventTime'?: "eventTime";
}
