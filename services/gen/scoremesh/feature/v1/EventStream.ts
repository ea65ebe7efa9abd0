// Original file: scoremesh/feature/v1/declaration.proto

import type { Field as _scoremesh_feature_v1_Field, Field__Output as _scoremesh_feature_v1_Field__Output } from '../../../scoremesh/feature/v1/Field.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * A stream of events of one kind.
 */
export interface EventStream {
  /**
   * The stream's name.
   */
  'name'?: (string);
  /**
   * What it is about, for people.
   */
  'description'?: (string);
  /**
   * Its fields, in order.
   */
  'fields'?: (_scoremesh_feature_v1_Field)[];
  /**
   * How far back reads may be as of, ms; events are kept twice as long, by event time, and older ones go to the quarantine. 0 for ever.
   */
  'retentionMs'?: (number | string | Long);
  /**
   * How far in the future an event time may be, ms.
   */
  'maxLeadMs'?: (number | string | Long);
  /**
   * SHA-256 of the declaration, "sha256:<hex>".
   */
  'digest'?: (string);
}

/**
 * A stream of events of one kind.
 */
export interface EventStream__Output {
  /**
   * The stream's name.
   */
  'name': (string);
  /**
   * What it is about, for people.
   */
  'description': (string);
  /**
   * Its fields, in order.
   */
  'fields': (_scoremesh_feature_v1_Field__Output)[];
  /**
   * How far back reads may be as of, ms; events are kept twice as long, by event time, and older ones go to the quarantine. 0 for ever.
   */
  'retentionMs': (string);
  /**
   * How far in the future an event time may be, ms.
   */
  'maxLeadMs': (string);
  /**
   * SHA-256 of the declaration, "sha256:<hex>".
   */
  'digest': (string);
}
