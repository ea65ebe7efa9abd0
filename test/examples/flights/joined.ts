import { createEventSender } from '../../../examples/flights/event-sender.ts';
import { FEATURE_SET, HISTORY_MINUTES } from '../../../examples/flights/events.ts';
import { startPrivateMesh } from '../../../examples/flights/training/private-mesh.ts';
import { collectSamples, joinSamples, type Samples } from '../../../examples/flights/training/samples.ts';

/** The flights of a range with their features, from a mesh that knows all that these are made of and is gone afterwards. */
export async function joinedFlights(fromMinute: number, beforeMinute: number): Promise<Samples> {
  const mesh = await startPrivateMesh();
  try {
    const sender = createEventSender(mesh.client, 60_000);
    await sender.load(fromMinute - HISTORY_MINUTES, beforeMinute, new AbortController().signal);
    return await collectSamples(joinSamples(mesh.client, FEATURE_SET, { fromMinute, beforeMinute }));
  } finally {
    await mesh[Symbol.asyncDispose]();
  }
}
