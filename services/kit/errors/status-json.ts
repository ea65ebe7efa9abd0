import type { Status__Output as Status } from '../../gen/google/rpc/Status.ts';
import { codeName, fromStatus } from './status.ts';

/** An error in JSON: what a synchronous call over HTTP says of it, without the status of HTTP. */
export function statusJson(status: Status): object {
  const { code, details, message, reason } = fromStatus(status);
  const { metadata, retryAfterMs, violations } = details;
  return {
    status: codeName(code),
    reason,
    message,
    ...(metadata === undefined ? {} : { metadata }),
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    ...(violations === undefined ? {} : { violations }),
  };
}
