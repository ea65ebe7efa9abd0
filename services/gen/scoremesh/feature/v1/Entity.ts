// Original file: scoremesh/feature/v1/declaration.proto


/**
 * What features are about.
 */
export interface Entity {
  /**
   * The entity's name.
   */
  'name'?: (string);
  /**
   * What it is, for people.
   */
  'description'?: (string);
  /**
   * Its key fields, in order: one or several.
   */
  'keys'?: (string)[];
}

/**
 * What features are about.
 */
export interface Entity__Output {
  /**
   * The entity's name.
   */
  'name': (string);
  /**
   * What it is, for people.
   */
  'description': (string);
  /**
   * Its key fields, in order: one or several.
   */
  'keys': (string)[];
}
