import type { ListQuarantineRequest__Output } from '../../gen/scoremesh/feature/v1/ListQuarantineRequest.ts';
import type { ListQuarantineResponse__Output } from '../../gen/scoremesh/feature/v1/ListQuarantineResponse.ts';
import type { QuarantinedEvent__Output } from '../../gen/scoremesh/feature/v1/QuarantinedEvent.ts';
import { messageCodec } from '../../kit/contract/protos.ts';
import { type FieldViolation, invalidRequest } from '../../kit/errors/mesh-error.ts';
import { maxQuarantinePageBytes } from '../config.ts';
import type { FeatureStore } from '../store/feature-store.ts';
import { readToken, writeToken } from './quarantine-token.ts';
import { streamNotFound } from './stream-not-found.ts';

/** As feature_service.proto says. */
const defaultPageSize = 100;
const maxPageSize = 1000;

/** Entries read at once: with the largest of them a page stays within a few MiB. */
const chunkSize = 32;

const codec = messageCodec<QuarantinedEvent__Output, QuarantinedEvent__Output>(
  'scoremesh.feature.v1.QuarantinedEvent',
);

/**
 * A page of the quarantine: as many as were asked for, or as 2 MiB hold. Fails INVALID_REQUEST with everything that is wrong, and
 * FEATURE_STREAM_NOT_FOUND for a stream that is not among the declared and has no entries.
 */
export async function listQuarantine(
  { stream, pageSize, pageToken }: ListQuarantineRequest__Output,
  store: FeatureStore,
  declared: ReadonlyMap<string, unknown>,
): Promise<ListQuarantineResponse__Output> {
  const violations: FieldViolation[] = [];
  if (pageSize > maxPageSize)
    violations.push({
      field: 'page_size',
      description: `is ${pageSize}; ask for 1 to ${maxPageSize}, or 0 for ${defaultPageSize}`,
    });
  const start = pageToken === '' ? '' : readToken(pageToken, stream);
  if (start === undefined)
    violations.push({
      field: 'page_token',
      description: 'is not the next_page_token of a page of the same stream; begin again without it',
    });
  if (start === undefined || violations.length > 0) throw invalidRequest(violations);
  const wanted = pageSize === 0 ? defaultPageSize : pageSize;
  const events: QuarantinedEvent__Output[] = [];
  let bytes = 0;
  let after = start;
  for (;;) {
    const asked = Math.min(chunkSize, wanted - events.length) + 1;
    const chunk = await store.quarantine(stream, after, asked);
    if (after === '' && chunk.total === 0 && stream !== '' && !declared.has(stream))
      throw streamNotFound('stream', stream, declared.keys());
    // One more than is taken, to know whether anything follows.
    for (const [index, entry] of chunk.events.entries()) {
      bytes += codec.encode(entry).length;
      const isFull = events.length > 0 && bytes > maxQuarantinePageBytes;
      if (isFull || events.length === wanted)
        return { events, nextPageToken: writeToken(after, stream), total: String(chunk.total) };
      if (index === asked - 1) break;
      events.push(entry);
      after = entry.quarantineId;
    }
    if (chunk.events.length < asked) return { events, nextPageToken: '', total: String(chunk.total) };
  }
}
