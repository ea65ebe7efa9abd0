// Original file: scoremesh/link/v1/link_service.proto


/**
 * What the serving side offers.
 */
export interface LinkHello {
  /**
   * Version of this protocol: 1.
   */
  'version'?: (number);
  /**
   * Calls it takes at once on this link.
   */
  'maxInFlight'?: (number);
  /**
   * Full names of the methods it serves, e.g. "/pkg.Service/Method"; a call names one by its place here.
   */
  'methods'?: (string)[];
}

/**
 * What the serving side offers.
 */
export interface LinkHello__Output {
  /**
   * Version of this protocol: 1.
   */
  'version': (number);
  /**
   * Calls it takes at once on this link.
   */
  'maxInFlight': (number);
  /**
   * Full names of the methods it serves, e.g. "/pkg.Service/Method"; a call names one by its place here.
   */
  'methods': (string)[];
}
