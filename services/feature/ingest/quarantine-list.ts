import type { ListQuarantineRequest__Output } from '../../gen/scoremesh/feature/v1/ListQuarantineRequest.ts';
import type { ListQuarantineResponse__Output } from '../../gen/scoremesh/feature/v1/ListQuarantineResponse.ts';
import type { QuarantinedEvent__Output } from '../../gen/scoremesh/feature/v1/QuarantinedEvent.ts';
import { messageCodec } from '../../kit/contract/protos.ts';
import { invalidRequest } from '../../kit/errors/mesh-error.ts';
import { maxQuarantinePageBytes } from '../config.ts';
import type { FeatureStore } from '../store/feature-store.ts';

/** As feature_service.proto says. */
const defaultPageSize = 100;
const maxPageSize = 1000;

/** Entries read at once: with the largest of them a page stays within a few MiB. */
const chunkSize = 32;

const codec = messageCodec<QuarantinedEvent__Output, QuarantinedEvent__Output>(
  'scoremesh.feature.v1.QuarantinedEvent',
);

/** A page of the quarantine: as many as were asked for, or as 2 MiB hold. */
export async function listQuarantine(
  { stream, pageSize, pageToken }: ListQuarantineRequest__Output,
  store: FeatureStore,
): Promise<ListQuarantineResponse__Output> {
  if (pageSize > maxPageSize)
    throw invalidRequest([
      {
        field: 'page_size',
        description: `is ${pageSize}; ask for 1 to ${maxPageSize}, or 0 for ${defaultPageSize}`,
      },
    ]);
  if (!/^[\x21-\x7e]{0,64}$/.test(pageToken))
    throw invalidRequest([{ field: 'page_token', description: 'is none that ListQuarantine gave' }]);
  const wanted = pageSize === 0 ? defaultPageSize : pageSize;
  const events: QuarantinedEvent__Output[] = [];
  let bytes = 0;
  let after = pageToken;
  for (;;) {
    const asked = Math.min(chunkSize, wanted - events.length) + 1;
    const chunk = await store.quarantine(stream, after, asked);
    // One more than is taken, to know whether anything follows.
    for (const [index, entry] of chunk.events.entries()) {
      bytes += codec.encode(entry).length;
      const isFull = events.length > 0 && bytes > maxQuarantinePageBytes;
      if (isFull || events.length === wanted)
        return { events, nextPageToken: after, total: String(chunk.total) };
      if (index === asked - 1) break;
      events.push(entry);
      after = entry.quarantineId;
    }
    if (chunk.events.length < asked) return { events, nextPageToken: '', total: String(chunk.total) };
  }
}
