import type { Method } from '../contract/contract.ts';
import { MeshError } from '../errors/mesh-error.ts';
import type { LinkCall, LinkReply } from './frames.ts';

/** A frame is closed when it has this much; a larger message has one of its own. */
const frameBytes = 256 * 1024;
/** Tags, lengths and numbers around the content of one call or reply. */
const framingBytes = 64;

/** At least what the call takes in a frame. */
export function sizeOfCall({ request, traceparent, tracestate, principal }: LinkCall): number {
  // A character is at most three bytes.
  return request.length + framingBytes + 3 * (traceparent.length + tracestate.length + principal.length);
}

/** At least what the reply takes in a frame. */
export function sizeOfReply({ response, error }: LinkReply): number {
  return framingBytes + (error ?? response).length;
}

/** Takes the items of the next frame from the first on: one at least, and no more than a message may have. */
export function takeFrame<T>(items: T[], sizeOf: (item: T) => number, maxMessageBytes: number): T[] {
  const most = Math.min(frameBytes, maxMessageBytes);
  let count = 0;
  for (let bytes = 0; count < items.length; count++) {
    bytes += sizeOf(items[count] as T);
    if (bytes > most && count > 0) break;
  }
  return items.splice(0, count);
}

/** One message that no frame can carry must not break the link for the others. */
export function tooLarge(what: string, method: Method, sizeBytes: number, maxBytes: number): MeshError {
  return new MeshError(
    'MESSAGE_TOO_LARGE',
    `the ${what} of ${method.path} takes ${sizeBytes} bytes between roles; SCOREMESH_MAX_MESSAGE_BYTES allows ${maxBytes}`,
  );
}
