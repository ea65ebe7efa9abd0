import { readFileSync } from 'node:fs';
import { DAY_MINUTES } from '../../../examples/flights/calendar.ts';
import { eventsOf } from '../../../examples/flights/events.ts';
import { flightMinutes } from '../../../examples/flights/minutes.ts';
import type { Event, Event__Output } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import type { IngestStreamRequest__Output } from '../../../services/gen/scoremesh/feature/v1/IngestStreamRequest.ts';
import type { Effort } from '../effort.ts';
import { residentMiB } from '../processes.ts';
import { type Finding, median, progress } from '../report.ts';
import { type BenchRole, benchCall, startBenchRole } from './bench-role.ts';

/** The example's declarations. */
export const flightsYaml = (): string =>
  readFileSync(new URL('../../../examples/flights/features/flights.yaml', import.meta.url), 'utf8');
/** Seconds for three million flights. */
const budgetS = 90;
const allFlights = 3_000_000;
const eventsPerBatch = 5_000;
/** January to June, and the flights that are in the air at the end. */
const daysOfData = 182;
const answersPerLook = 4;

/**
 * Flights, each as a departure and an arrival, into all views of the example, durably: time for three million of them against what was
 * promised, reading the data set included; and the process's own memory late against early.
 */
export async function measureIngest({ flights }: Effort): Promise<Finding[]> {
  const role = await startBenchRole(flightsYaml());
  try {
    const startedAt = performance.now();
    const cpu = process.cpuUsage();
    const { stored, departed, ownMiB } = await sendFlights(role, flights);
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const quarter = Math.ceil(ownMiB.length / 4);
    const early = median(ownMiB.slice(quarter, 2 * quarter));
    const late = median(ownMiB.slice(-quarter));
    const share = allFlights / departed;
    return [
      {
        name: 'three million flights into all views',
        against: `${budgetS} s`,
        values: [(seconds * share) / budgetS],
        budget: { atMost: 1 },
        detail: `${seconds.toFixed(1)} s (CPU ${((user + system) / 1e6).toFixed(1)} s) for ${departed} flights, ${stored} events`,
      },
      {
        name: 'own memory in the last quarter of that',
        against: 'the second quarter',
        values: [late / early],
        budget: { atMost: 1.2 },
        detail: `${late.toFixed(0)} MiB against ${early.toFixed(0)} MiB`,
      },
    ];
  } finally {
    await role.close();
  }
}

/** Sends at least so many flights; the answer's memory is one number each 100,000 events. */
export async function sendFlights(
  { handlers }: BenchRole,
  flights: number,
): Promise<{ stored: number; departed: number; ownMiB: number[] }> {
  const ownMiB: number[] = [];
  let departed = 0;
  let stored = 0;
  let answers = 0;
  const batches = async function* (): AsyncGenerator<IngestStreamRequest__Output> {
    let sequence = 0;
    let events: Event__Output[] = [];
    for await (const minute of flightMinutes(0, daysOfData * DAY_MINUTES)) {
      departed += minute.departures.length;
      for (const event of eventsOf(minute)) events.push(complete(event));
      if (events.length >= eventsPerBatch) {
        yield { sequence: String(sequence++), events };
        events = [];
      }
      if (departed >= flights) break;
    }
    if (events.length > 0) yield { sequence: String(sequence), events };
  };
  for await (const { response, message } of handlers.IngestStream(batches(), benchCall())) {
    if (response === null) throw new Error(message);
    stored += response.stored;
    if (++answers % answersPerLook === 1) {
      ownMiB.push(residentMiB(process).own);
      progress(`ingest: ${stored} events`);
    }
  }
  return { stored, departed, ownMiB };
}

/** The event as a handler gets it. */
function complete({ stream = '', eventId = '', eventTime = 0, fields = {} }: Event): Event__Output {
  const values: Event__Output['fields'] = {};
  for (const name in fields) {
    const { text, number } = fields[name] ?? {};
    values[name] = text === undefined ? { kind: 'number', number: Number(number) } : { kind: 'text', text };
  }
  return { stream, eventId, eventTime: Number(eventTime), _eventTime: 'eventTime', fields: values };
}
