// Original file: scoremesh/audit/v1/audit_service.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../../google/protobuf/Timestamp.ts';
import type { OutcomeState as _scoremesh_audit_v1_OutcomeState, OutcomeState__Output as _scoremesh_audit_v1_OutcomeState__Output } from '../../../scoremesh/audit/v1/OutcomeState.ts';

/**
 * Which records; what is given must all hold.
 */
export interface RecordFilter {
  /**
   * The first moment; absent for the log's beginning.
   */
  'since'?: (_google_protobuf_Timestamp | null);
  /**
   * The moment after the last; absent for now.
   */
  'until'?: (_google_protobuf_Timestamp | null);
  /**
   * Kinds of records by the name of their event, e.g. "prediction", "outcome"; empty for all.
   */
  'events'?: (string)[];
  /**
   * The model's name; empty for all.
   */
  'model'?: (string);
  /**
   * The model's version; 0 for all.
   */
  'version'?: (number);
  /**
   * Who asked; empty for all.
   */
  'principal'?: (string);
  /**
   * The decision of a prediction; empty for all.
   */
  'decision'?: (string);
  /**
   * The data subject as "entity=key"; empty for all.
   */
  'subject'?: (string);
  /**
   * Whether an outcome has come for a prediction; unspecified for all.
   */
  'outcome'?: (_scoremesh_audit_v1_OutcomeState);
}

/**
 * Which records; what is given must all hold.
 */
export interface RecordFilter__Output {
  /**
   * The first moment; absent for the log's beginning.
   */
  'since': (_google_protobuf_Timestamp__Output | null);
  /**
   * The moment after the last; absent for now.
   */
  'until': (_google_protobuf_Timestamp__Output | null);
  /**
   * Kinds of records by the name of their event, e.g. "prediction", "outcome"; empty for all.
   */
  'events': (string)[];
  /**
   * The model's name; empty for all.
   */
  'model': (string);
  /**
   * The model's version; 0 for all.
   */
  'version': (number);
  /**
   * Who asked; empty for all.
   */
  'principal': (string);
  /**
   * The decision of a prediction; empty for all.
   */
  'decision': (string);
  /**
   * The data subject as "entity=key"; empty for all.
   */
  'subject': (string);
  /**
   * Whether an outcome has come for a prediction; unspecified for all.
   */
  'outcome': (_scoremesh_audit_v1_OutcomeState__Output);
}
