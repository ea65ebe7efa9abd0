import type { IngestResponse__Output } from '../../gen/scoremesh/feature/v1/IngestResponse.ts';
import type { Stored } from './ingest-queue.ts';

/** Quarantined events whose rejections an answer tells, as feature_service.proto says. */
const maxToldEvents = 20;

/** The answer to a batch that is stored. */
export function ingestResponse({ batch, duplicates, ingestTimeMs }: Stored): IngestResponse__Output {
  const { events, quarantined } = batch;
  let repeated = 0;
  for (const duplicate of duplicates) if (duplicate) repeated++;
  const stored = events.length - repeated;
  return {
    stored,
    duplicates: repeated,
    quarantined: quarantined.length,
    rejections: quarantined.slice(0, maxToldEvents).flatMap(({ rejections }) => rejections),
    ingestTime: stored === 0 ? 0 : ingestTimeMs,
  };
}
