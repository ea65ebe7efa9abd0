import type { Counter, Metrics } from '../../kit/telemetry/metrics.ts';
import type { IngestQueue, Stored } from './ingest-queue.ts';
import type { QuarantineRoom } from './quarantine-room.ts';

/** What became of an event. Refused: its request was wrong. Failed: it could not be stored, or nobody wanted it any more. */
export type IngestOutcome = 'stored' | 'duplicate' | 'quarantined' | 'refused' | 'failed';

/** The instruments of ingest. */
export interface IngestMetrics {
  /** `stream` is a declared one, or '' for all others. */
  events(stream: string, outcome: IngestOutcome, amount: number): void;
  stored(stored: Stored, isDeclared: (stream: string) => boolean): void;
}

export function createIngestMetrics(
  metrics: Metrics,
  queue: Pick<IngestQueue, 'waitingBytes'>,
  room: QuarantineRoom,
): IngestMetrics {
  const events = metrics.counter(
    'scoremesh_feature_events_total',
    'Feature events that came, by stream (empty: not declared) and what became of them.',
    ['stream', 'outcome'],
  );
  metrics.gauge(
    'scoremesh_feature_ingest_queue_bytes',
    'Bytes of feature events that wait for a commit.',
    [],
    () => [{ labels: [], value: queue.waitingBytes }],
  );
  metrics.gauge(
    'scoremesh_feature_quarantined_events',
    'Feature events that are in the quarantine, by stream (empty: not declared).',
    ['stream'],
    () => [...room.counts].map(([stream, value]) => ({ labels: [stream], value })),
  );
  const children = new Map<string, Counter>();
  const count = (stream: string, outcome: IngestOutcome, amount: number): void => {
    const label = `${stream}/${outcome}`;
    let child = children.get(label);
    if (child === undefined) {
      child = events.labels(stream, outcome);
      children.set(label, child);
    }
    child.add(amount);
  };
  return {
    events: count,
    stored: ({ batch, duplicates }, isDeclared) => {
      const tally = new Map<string, { stored: number; duplicate: number }>();
      for (const [index, { stream }] of batch.events.entries()) {
        let counts = tally.get(stream);
        if (counts === undefined) {
          counts = { stored: 0, duplicate: 0 };
          tally.set(stream, counts);
        }
        if (duplicates[index] === true) counts.duplicate++;
        else counts.stored++;
      }
      for (const [stream, { stored, duplicate }] of tally) {
        if (stored > 0) count(stream, 'stored', stored);
        if (duplicate > 0) count(stream, 'duplicate', duplicate);
      }
      for (const { event } of batch.quarantined) {
        const stream = event?.stream ?? '';
        count(isDeclared(stream) ? stream : '', 'quarantined', 1);
      }
    },
  };
}
