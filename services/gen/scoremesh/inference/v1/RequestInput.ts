// Original file: scoremesh/inference/v1/model_service.proto


/**
 * An input that a caller gives with a request.
 */
export interface RequestInput {
  /**
   * Its name in ScoreRequest.inputs.
   */
  'name'?: (string);
  /**
   * number, integer, text, flag or tensor.
   */
  'type'?: (string);
  /**
   * Smallest number taken; absent for none.
   */
  'min'?: (number | string);
  /**
   * Largest number taken; absent for none.
   */
  'max'?: (number | string);
  /**
   * Whether NaN and infinities are taken. Default false.
   */
  'allowNotFinite'?: (boolean);
  /**
   * What it means, for people.
   */
  'description'?: (string);
  '_min'?: "min";
  '_max'?: "max";
}

/**
 * An input that a caller gives with a request.
 */
export interface RequestInput__Output {
  /**
   * Its name in ScoreRequest.inputs.
   */
  'name': (string);
  /**
   * number, integer, text, flag or tensor.
   */
  'type': (string);
  /**
   * Smallest number taken; absent for none.
   */
  'min'?: (number);
  /**
   * Largest number taken; absent for none.
   */
  'max'?: (number);
  /**
   * Whether NaN and infinities are taken. Default false.
   */
  'allowNotFinite': (boolean);
  /**
   * What it means, for people.
   */
  'description': (string);
  '_min'?: "min";
  '_max'?: "max";
}
