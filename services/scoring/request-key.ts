import type { Call } from '../kit/contract/call.ts';

/** The idempotency key of a caller's request_id. A line feed can't be part of a principal, so that no two callers share a key. */
export function requestKey(requestId: string, { principal }: Call): string {
  return `${principal}\n${requestId}`;
}
