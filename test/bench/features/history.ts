import { DAY_MINUTES } from '../../../examples/flights/calendar.ts';
import { FEATURE_SET, momentOf } from '../../../examples/flights/events.ts';
import type { GetFeaturesRequest__Output } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { Effort } from '../effort.ts';
import { type Finding, percentile, progress } from '../report.ts';
import { benchCall, startBenchRole } from './bench-role.ts';
import { flightsYaml, sendFlights } from './ingest.ts';
import { numbers } from './payments.ts';

const budgetMs = 50;
/** Twenty days: 14 that a window reaches back, and some to choose moments from. */
const days = 20;
const flightsPerDay = 16_800;

/** Reads of what was known earlier, computed from the stored events of 14 days of a busy airport, against what was promised. */
export async function measureHistory({ rounds, requests, flights }: Effort): Promise<Finding[]> {
  const role = await startBenchRole(flightsYaml());
  try {
    const { stored } = await sendFlights(role, Math.min(flights, days * flightsPerDay));
    const lastDay = Math.min(days, Math.floor(flights / flightsPerDay));
    const random = numbers(3);
    const call = benchCall();
    const values: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      progress(`history: round ${round} of ${rounds}`);
      const times: number[] = [];
      for (let i = 0; i < Math.max(20, requests / 50); i++) {
        const minute = Math.floor((lastDay - random() * 2) * DAY_MINUTES);
        const request = historyRead(minute);
        const startedAt = performance.now();
        await role.handlers.GetFeatures(request, call);
        times.push(performance.now() - startedAt);
      }
      // Round 0 warms up.
      if (round > 0) values.push(percentile(times, 0.99) / budgetMs);
    }
    return [
      {
        name: 'read as of an earlier time, busy airports, 14 days, p99',
        against: `${budgetMs} ms`,
        values,
        budget: { atMost: 1 },
        detail: `${stored} events, ORD to ATL and all flights`,
      },
    ];
  } finally {
    await role.close();
  }
}

/** What would have been said had nothing been learnt for the last moment: that needs the events themselves. */
function historyRead(minute: number): GetFeaturesRequest__Output {
  return {
    featureSet: FEATURE_SET,
    features: [],
    asOfEventTime: momentOf(minute),
    _asOfEventTime: 'asOfEventTime',
    asOfIngestTime: Date.now() - 1,
    _asOfIngestTime: 'asOfIngestTime',
    rows: [
      {
        entities: { origin: 'ORD', destination: 'ATL' },
        inputs: { minute_of_day: { kind: 'number', number: 750 } },
      },
    ],
  };
}
