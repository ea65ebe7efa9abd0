import { type MeshClient, MeshError } from '../../gateway/client/client.ts';
import type { Event } from '../../services/gen/scoremesh/feature/v1/Event.ts';
import type { IngestResponse__Output as IngestResponse } from '../../services/gen/scoremesh/feature/v1/IngestResponse.ts';
import type { IngestStreamRequest } from '../../services/gen/scoremesh/feature/v1/IngestStreamRequest.ts';
import type { Reason } from '../../services/kit/errors/catalogue.ts';
import { eventsOf } from './events.ts';
import { flightMinutes } from './minutes.ts';

/** What became of events that were sent. */
export interface EventCounts {
  stored: number;
  /** The mesh had them already. */
  duplicates: number;
  quarantined: number;
}

/** Tells the mesh what happened. */
export interface EventSender {
  /** Resolves when all are durable and readable. Throws a MeshError. */
  send(events: readonly Event[], signal: AbortSignal): Promise<void>;
  /**
   * Sends everything from `fromMinute` to before `toMinute` in bulk, in the order of time and without cutting minutes; `onMinute` hears
   * up to which minute all is durable. To send what the mesh has already does no harm. Throws a MeshError; what was told is kept.
   */
  load(
    fromMinute: number,
    toMinute: number,
    signal: AbortSignal,
    onMinute?: (minute: number) => void,
  ): Promise<void>;
  counts(): EventCounts;
}

/** Events of one message of a load: large enough to share what a commit costs, far below any limit of messages. */
const BATCH = 2000;

export function createEventSender(mesh: Pick<MeshClient, 'features'>, timeoutMs: number): EventSender {
  const counts: EventCounts = { stored: 0, duplicates: 0, quarantined: 0 };
  const count = ({ stored, duplicates, quarantined }: IngestResponse): void => {
    counts.stored += stored;
    counts.duplicates += duplicates;
    counts.quarantined += quarantined;
  };
  return {
    async send(events, signal) {
      if (events.length === 0) return;
      count(await mesh.features.Ingest({ events: [...events] }, { timeoutMs, signal }));
    },
    async load(fromMinute, toMinute, signal, onMinute = () => {}) {
      const sentUntil: number[] = [];
      const batches = batchesOf(fromMinute, toMinute, (minute) => sentUntil.push(minute));
      for await (const answer of mesh.features.IngestStream(batches, { signal })) {
        const { response, reason, message } = answer;
        if (response === null) throw new MeshError(reason as Reason, message);
        count(response);
        onMinute(sentUntil[Number(answer.sequence)] ?? toMinute);
      }
      onMinute(toMinute);
    },
    counts: () => ({ ...counts }),
  };
}

async function* batchesOf(
  fromMinute: number,
  toMinute: number,
  onBatch: (untilMinute: number) => void,
): AsyncGenerator<IngestStreamRequest> {
  let sequence = 0;
  let events: Event[] = [];
  for await (const minute of flightMinutes(fromMinute, toMinute)) {
    for (const event of eventsOf(minute)) events.push(event);
    if (events.length < BATCH) continue;
    onBatch(minute.minute + 1);
    yield { sequence: sequence++, events };
    events = [];
  }
  if (events.length === 0) return;
  onBatch(toMinute);
  yield { sequence, events };
}
