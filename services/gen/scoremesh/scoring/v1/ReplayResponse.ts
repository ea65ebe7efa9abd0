// Original file: scoremesh/scoring/v1/scoring_service.proto

import type { ReplayVerdict as _scoremesh_scoring_v1_ReplayVerdict, ReplayVerdict__Output as _scoremesh_scoring_v1_ReplayVerdict__Output } from '../../../scoremesh/scoring/v1/ReplayVerdict.ts';
import type { ModelVersion as _scoremesh_scoring_v1_ModelVersion, ModelVersion__Output as _scoremesh_scoring_v1_ModelVersion__Output } from '../../../scoremesh/scoring/v1/ModelVersion.ts';
import type { Value as _scoremesh_scoring_v1_Value, Value__Output as _scoremesh_scoring_v1_Value__Output } from '../../../scoremesh/scoring/v1/Value.ts';
import type { OutputDifference as _scoremesh_scoring_v1_OutputDifference, OutputDifference__Output as _scoremesh_scoring_v1_OutputDifference__Output } from '../../../scoremesh/scoring/v1/OutputDifference.ts';
import type { FeatureSkew as _scoremesh_scoring_v1_FeatureSkew, FeatureSkew__Output as _scoremesh_scoring_v1_FeatureSkew__Output } from '../../../scoremesh/scoring/v1/FeatureSkew.ts';

/**
 * What was found.
 */
export interface ReplayResponse {
  /**
   * The verdict.
   */
  'verdict'?: (_scoremesh_scoring_v1_ReplayVerdict);
  /**
   * The verdict in words.
   */
  'explanation'?: (string);
  /**
   * The version that answered then.
   */
  'model'?: (_scoremesh_scoring_v1_ModelVersion | null);
  /**
   * What it answered then.
   */
  'recorded'?: ({[key: string]: _scoremesh_scoring_v1_Value});
  /**
   * What it answers now.
   */
  'replayed'?: ({[key: string]: _scoremesh_scoring_v1_Value});
  /**
   * Outputs whose bits differ.
   */
  'differences'?: (_scoremesh_scoring_v1_OutputDifference)[];
  /**
   * Features that are read differently now; only with read_features.
   */
  'skew'?: (_scoremesh_scoring_v1_FeatureSkew)[];
  /**
   * What it ran on then, in words.
   */
  'recordedRuntime'?: (string);
  /**
   * What it ran on now, in words.
   */
  'replayedRuntime'?: (string);
}

/**
 * What was found.
 */
export interface ReplayResponse__Output {
  /**
   * The verdict.
   */
  'verdict': (_scoremesh_scoring_v1_ReplayVerdict__Output);
  /**
   * The verdict in words.
   */
  'explanation': (string);
  /**
   * The version that answered then.
   */
  'model': (_scoremesh_scoring_v1_ModelVersion__Output | null);
  /**
   * What it answered then.
   */
  'recorded': ({[key: string]: _scoremesh_scoring_v1_Value__Output});
  /**
   * What it answers now.
   */
  'replayed': ({[key: string]: _scoremesh_scoring_v1_Value__Output});
  /**
   * Outputs whose bits differ.
   */
  'differences': (_scoremesh_scoring_v1_OutputDifference__Output)[];
  /**
   * Features that are read differently now; only with read_features.
   */
  'skew': (_scoremesh_scoring_v1_FeatureSkew__Output)[];
  /**
   * What it ran on then, in words.
   */
  'recordedRuntime': (string);
  /**
   * What it ran on now, in words.
   */
  'replayedRuntime': (string);
}
