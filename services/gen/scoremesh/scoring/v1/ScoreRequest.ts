// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { Value as _scoremesh_scoring_v1_Value, Value__Output as _scoremesh_scoring_v1_Value__Output } from '../../../scoremesh/scoring/v1/Value.ts';

/**
 * What to score.
 */
export interface ScoreRequest {
  /**
   * "name" (its alias champion if set, else its highest ready version), "name@alias" or "name@version".
   */
  'model'?: (string);
  /**
   * Idempotency key, at most 128 characters; empty for none. A repeat with the same body returns the recorded prediction; with
   * another body it is refused with ALREADY_EXISTS.
   */
  'requestId'?: (string);
  /**
   * Which entities the features are about, e.g. origin=ORD. Keys are at most 256 characters.
   */
  'entities'?: ({[key: string]: string});
  /**
   * The request's own inputs by the names that the model declares.
   */
  'inputs'?: ({[key: string]: _scoremesh_scoring_v1_Value});
  /**
   * Whether the answer lists the feature values it was made from. Default false.
   */
  'includeFeatures'?: (boolean);
  /**
   * The moment to which features are read, Unix ms: for back-tests and replays of history. Absent for now.
   */
  'asOfEventTime'?: (number | string);
  '_asOfEventTime'?: "asOfEventTime";
}

/**
 * What to score.
 */
export interface ScoreRequest__Output {
  /**
   * "name" (its alias champion if set, else its highest ready version), "name@alias" or "name@version".
   */
  'model': (string);
  /**
   * Idempotency key, at most 128 characters; empty for none. A repeat with the same body returns the recorded prediction; with
   * another body it is refused with ALREADY_EXISTS.
   */
  'requestId': (string);
  /**
   * Which entities the features are about, e.g. origin=ORD. Keys are at most 256 characters.
   */
  'entities': ({[key: string]: string});
  /**
   * The request's own inputs by the names that the model declares.
   */
  'inputs': ({[key: string]: _scoremesh_scoring_v1_Value__Output});
  /**
   * Whether the answer lists the feature values it was made from. Default false.
   */
  'includeFeatures': (boolean);
  /**
   * The moment to which features are read, Unix ms: for back-tests and replays of history. Absent for now.
   */
  'asOfEventTime'?: (number);
  '_asOfEventTime'?: "asOfEventTime";
}
