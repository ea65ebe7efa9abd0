// Original file: scoremesh/feature/v1/feature_service.proto

import type { Rejection as _scoremesh_feature_v1_Rejection, Rejection__Output as _scoremesh_feature_v1_Rejection__Output } from '../../../scoremesh/feature/v1/Rejection.ts';

/**
 * What became of the events.
 */
export interface IngestResponse {
  /**
   * Events that are stored now.
   */
  'stored'?: (number);
  /**
   * Events whose id was stored before, or earlier in the same request.
   */
  'duplicates'?: (number);
  /**
   * Events that went to the quarantine.
   */
  'quarantined'?: (number);
  /**
   * Why, for the first 20 of them.
   */
  'rejections'?: (_scoremesh_feature_v1_Rejection)[];
  /**
   * Their ingest time, Unix ms; 0 if nothing was stored.
   */
  'ingestTime'?: (number | string);
}

/**
 * What became of the events.
 */
export interface IngestResponse__Output {
  /**
   * Events that are stored now.
   */
  'stored': (number);
  /**
   * Events whose id was stored before, or earlier in the same request.
   */
  'duplicates': (number);
  /**
   * Events that went to the quarantine.
   */
  'quarantined': (number);
  /**
   * Why, for the first 20 of them.
   */
  'rejections': (_scoremesh_feature_v1_Rejection__Output)[];
  /**
   * Their ingest time, Unix ms; 0 if nothing was stored.
   */
  'ingestTime': (number);
}
