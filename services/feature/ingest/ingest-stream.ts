import type { IngestStreamRequest__Output } from '../../gen/scoremesh/feature/v1/IngestStreamRequest.ts';
import type { IngestStreamResponse__Output } from '../../gen/scoremesh/feature/v1/IngestStreamResponse.ts';
import type { Call } from '../../kit/contract/call.ts';
import { isMeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import { inOrder } from '../../kit/rpc/ordered-stream.ts';
import { maxStreamedBatches } from '../config.ts';
import type { Ingest } from './ingest.ts';

/**
 * Stores the batches of a stream, a few at once so that they share commits, and answers each in its turn when it is durable. A batch that
 * is refused is answered with its error, and the stream goes on; the caller is held back while too much waits.
 */
export function ingestStream(
  requests: AsyncIterable<IngestStreamRequest__Output>,
  call: Call,
  store: Ingest['store'],
  log: Log,
): AsyncGenerator<IngestStreamResponse__Output> {
  return inOrder(requests, maxStreamedBatches, async ({ sequence, events }) => {
    try {
      const response = await store(events, call, { patient: true });
      return { sequence, response, code: 0, reason: '', message: '', retryAfterMs: 0 };
    } catch (error) {
      if (!isMeshError(error))
        log.error('a batch of a stream failed with an error that is a bug', { trace: call.trace, error });
      const { code, reason, message, details } = toMeshError(error);
      return { sequence, response: null, code, reason, message, retryAfterMs: details.retryAfterMs ?? 0 };
    }
  });
}
