import type { MeshClient } from '../../gateway/client/client.ts';
import { minuteOf, unixMsOf } from './calendar.ts';
import { createEventSender } from './event-sender.ts';
import { HISTORY_MINUTES, momentOf } from './events.ts';
import { findFlightsFile } from './flights.ts';

/** What came of it: stored now, there before, or the dataset is not installed. */
export type Seeded = 'stored' | 'present' | 'no dataset';

export interface SeedHooks {
  readonly signal: AbortSignal;
  /** Hears the share that is stored, from 0 to 1; not called if there is nothing to do. */
  onProgress(share: number): void;
}

const TIMEOUT_MS = 30_000;

/**
 * Stores the events that features as of a local time such as `2001-02-01T12:30` are made of, about 470,000; unless the mesh has them, of
 * which the last minute is the sign. Throws a MeshError; what was stored is kept, and a repeat stores the rest.
 */
export async function seedFlights(
  mesh: Pick<MeshClient, 'features'>,
  localTime: string,
  { signal, onProgress }: SeedHooks,
): Promise<Seeded> {
  const minute = minuteOf(localTime);
  if (await knowsMinuteBefore(mesh, minute, signal)) return 'present';
  if (!isInstalled()) return 'no dataset';
  onProgress(0);
  const from = minute - HISTORY_MINUTES;
  const sender = createEventSender(mesh, TIMEOUT_MS);
  await sender.load(from, minute, signal, (stored) => onProgress((stored - from) / HISTORY_MINUTES));
  return 'stored';
}

/** Whether an arrival of the minute before is stored: by day there is one in every minute. */
async function knowsMinuteBefore(
  { features }: Pick<MeshClient, 'features'>,
  minute: number,
  signal: AbortSignal,
): Promise<boolean> {
  const request = {
    features: ['system_delays.late_rate_1h'],
    rows: [{ entities: {} }],
    asOfEventTime: momentOf(minute),
  };
  const { eventTimes } = await features.GetFeatures(request, { timeoutMs: TIMEOUT_MS, signal });
  return eventTimes.readDoubleLE(0) === unixMsOf(minute - 1);
}

function isInstalled(): boolean {
  try {
    findFlightsFile();
    return true;
  } catch {
    return false;
  }
}
