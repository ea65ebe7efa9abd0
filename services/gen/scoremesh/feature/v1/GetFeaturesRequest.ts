// Original file: scoremesh/feature/v1/feature_service.proto

import type { EntityRow as _scoremesh_feature_v1_EntityRow, EntityRow__Output as _scoremesh_feature_v1_EntityRow__Output } from '../../../scoremesh/feature/v1/EntityRow.ts';
import type { EntityColumns as _scoremesh_feature_v1_EntityColumns, EntityColumns__Output as _scoremesh_feature_v1_EntityColumns__Output } from '../../../scoremesh/feature/v1/EntityColumns.ts';

/**
 * Which features of which entities.
 */
export interface GetFeaturesRequest {
  /**
   * The feature set: "name" for its current version, "name@sha256:<hex>" for the version with this digest.
   */
  'featureSet'?: (string);
  /**
   * 1 to 10000 rows, or none beside columns.
   */
  'rows'?: (_scoremesh_feature_v1_EntityRow)[];
  /**
   * Instead of a set: "view.feature" of each. At most 1000.
   */
  'features'?: (string)[];
  /**
   * Only events that happened up to this moment count; absent for now.
   */
  'asOfEventTime'?: (number | string);
  /**
   * Only events that the mesh had learnt by this moment count; absent for all that are known.
   */
  'asOfIngestTime'?: (number | string);
  /**
   * The rows in columns, instead of rows: worth it from some ten rows on. Absent if they are in rows.
   */
  'columns'?: (_scoremesh_feature_v1_EntityColumns | null);
  '_asOfEventTime'?: "asOfEventTime";
  '_asOfIngestTime'?: "asOfIngestTime";
  '_columns'?: "columns";
}

/**
 * Which features of which entities.
 */
export interface GetFeaturesRequest__Output {
  /**
   * The feature set: "name" for its current version, "name@sha256:<hex>" for the version with this digest.
   */
  'featureSet': (string);
  /**
   * 1 to 10000 rows, or none beside columns.
   */
  'rows': (_scoremesh_feature_v1_EntityRow__Output)[];
  /**
   * Instead of a set: "view.feature" of each. At most 1000.
   */
  'features': (string)[];
  /**
   * Only events that happened up to this moment count; absent for now.
   */
  'asOfEventTime'?: (number);
  /**
   * Only events that the mesh had learnt by this moment count; absent for all that are known.
   */
  'asOfIngestTime'?: (number);
  /**
   * The rows in columns, instead of rows: worth it from some ten rows on. Absent if they are in rows.
   */
  'columns'?: (_scoremesh_feature_v1_EntityColumns__Output | null);
  '_asOfEventTime'?: "asOfEventTime";
  '_asOfIngestTime'?: "asOfIngestTime";
  '_columns'?: "columns";
}
