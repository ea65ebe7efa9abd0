// Original file: scoremesh/link/v1/link_service.proto


/**
 * One call.
 */
export interface LinkCall {
  /**
   * Chosen by the caller, unique among its calls in flight.
   */
  'id'?: (number);
  /**
   * Place of the method in the hello.
   */
  'method'?: (number);
  /**
   * What is left of the deadline, microseconds.
   */
  'timeoutUs'?: (number);
  /**
   * The serialized request.
   */
  'request'?: (Buffer | Uint8Array | string);
  /**
   * W3C traceparent; empty for none.
   */
  'traceparent'?: (string);
  /**
   * W3C tracestate; empty for none.
   */
  'tracestate'?: (string);
  /**
   * Who asked, as authenticated at the edge.
   */
  'principal'?: (string);
}

/**
 * One call.
 */
export interface LinkCall__Output {
  /**
   * Chosen by the caller, unique among its calls in flight.
   */
  'id': (number);
  /**
   * Place of the method in the hello.
   */
  'method': (number);
  /**
   * What is left of the deadline, microseconds.
   */
  'timeoutUs': (number);
  /**
   * The serialized request.
   */
  'request': (Buffer);
  /**
   * W3C traceparent; empty for none.
   */
  'traceparent': (string);
  /**
   * W3C tracestate; empty for none.
   */
  'tracestate': (string);
  /**
   * Who asked, as authenticated at the edge.
   */
  'principal': (string);
}
