import { Code, type MeshClient, MeshError, type ScoreRequest } from '../../../gateway/client/client.ts';
import { createAgenda } from '../agenda.ts';
import { createEvaluation, type Evaluation } from '../evaluation.ts';
import { createEventSender, type EventCounts } from '../event-sender.ts';
import { eventsOf, HISTORY_MINUTES, momentOf } from '../events.ts';
import type { Flight } from '../flights.ts';
import { type FlightMinute, flightMinutes } from '../minutes.ts';
import { arrivalMinute, isLate } from '../outcome.ts';
import { requestOf } from '../request.ts';
import type { ReplayArguments } from './arguments.ts';
import { createClock } from './clock.ts';
import { asMeshError, createFailures, type Failures } from './failures.ts';
import { createLatencies, type Latencies } from './latencies.ts';
import { createOutcomeRecorder, type KnownOutcome, type OutcomeCounts } from './outcomes.ts';
import { createScorer, type ScoreResult } from './score-stream.ts';

export type ReplayOptions = Pick<
  ReplayArguments,
  'model' | 'fromMinute' | 'toMinute' | 'limit' | 'speed' | 'idempotent'
>;

/** Where a replay stands, while it runs and when it is over. */
export interface ReplayState {
  /** The simulated minute. */
  minute: number;
  /** When the first minute began, Unix ms, and how long ago that was. NaN before. */
  startedAtMs: number;
  elapsedMs: number;
  /** Flights that have left, each scored or failed. */
  departed: number;
  scored: number;
  failures: Failures;
  /** Answers by version of the model: more than one if an alias moved meanwhile. */
  versions: ReadonlyMap<number, number>;
  /** Of scores, from the moment that the flights of a minute were sent together. */
  latencies: Latencies;
  events: EventCounts;
  /** Flights whose outcome is known in simulated time. */
  evaluation: Evaluation;
  outcomes: OutcomeCounts;
  /** Scored flights whose outcome is not known yet. */
  inTheAir: number;
  firstPredictionId: string | undefined;
  /** Why the replay ended before its time, if it did. */
  brokenOff: MeshError | undefined;
}

export interface ReplayHooks {
  /** Aborts to end the replay after the minute that it is in. */
  readonly stop: AbortSignal;
  /** The output that is the probability. */
  readonly output: string;
  /** Called while the events before the first minute are sent: up to which minute they are stored. */
  readonly onHistory?: (minute: number) => void;
  /** Called after each minute; it must not keep the state. */
  readonly onMinute?: (state: ReplayState) => void;
}

/** Waiting for one call; longer than the mesh's own deadline of 10 s, so that its answer says more. */
const SCORE_TIMEOUT_MS = 15_000;
/** Rides out a mesh that is restarted. */
const STORE_TIMEOUT_MS = 30_000;

interface ScoredFlight extends KnownOutcome {
  score: number;
}

/**
 * Sends the events of the two weeks before the first minute, then replays minute after minute: the departures are scored with what was
 * known just before, and what happens in the minute is sent; then comes the next. Outcomes are recorded beside that once their minute
 * has passed. When the last flight has left, simulated time runs on until all have landed; when stopped, what is not known yet is left
 * out. Rejects only if the dataset can't be read; a mesh that fails ends it with `brokenOff`.
 */
export async function runReplay(
  mesh: MeshClient,
  options: ReplayOptions,
  { stop, output, onHistory, onMinute }: ReplayHooks,
): Promise<ReplayState> {
  const clock = createClock(options, stop);
  const sender = createEventSender(mesh, STORE_TIMEOUT_MS);
  const scorer = createScorer(mesh, SCORE_TIMEOUT_MS);
  const recorder = createOutcomeRecorder(mesh, STORE_TIMEOUT_MS);
  const flights = createAgenda<ScoredFlight>(options.fromMinute);
  const evaluation = createEvaluation();
  const failures = createFailures();
  const latencies = createLatencies();
  const versions = new Map<number, number>();
  let minute = options.fromMinute;
  let departed = 0;
  let firstPredictionId: string | undefined;
  let brokenOff: MeshError | undefined;

  const state = (): ReplayState => ({
    minute,
    startedAtMs: clock.startedAtMs(),
    elapsedMs: clock.elapsedMs(),
    departed,
    scored: departed - failures.total(),
    failures,
    versions,
    latencies,
    events: sender.counts(),
    evaluation,
    outcomes: recorder.counts(),
    inTheAir: flights.size(),
    firstPredictionId,
    brokenOff,
  });
  const take = (flight: Flight, { response, error, latencyMs }: ScoreResult): void => {
    departed += 1;
    const score = response?.outputs[output]?.number;
    if (response === undefined) {
      failures.add(error);
      return;
    }
    if (score === undefined || Number.isNaN(score)) {
      failures.add(new MeshError('INFERENCE_FAILED', `output "${output}" of the answer is not a number`));
      return;
    }
    latencies.add(latencyMs);
    const version = response.model?.version ?? 0;
    versions.set(version, (versions.get(version) ?? 0) + 1);
    const { predictionId } = response;
    firstPredictionId ??= predictionId;
    flights.add(arrivalMinute(flight), { predictionId, late: isLate(flight), score });
  };
  const land = async (landed: readonly ScoredFlight[]): Promise<void> => {
    for (const { score, late } of landed) evaluation.add(score, late);
    await recorder.add(landed);
  };
  const play = async ({ departures }: FlightMinute): Promise<void> => {
    // What arrived in the minutes before is known now.
    await land(flights.takeUntil(minute - 1));
    const leaving = departures.slice(0, options.limit - departed);
    const results = await scorer.score(leaving.map((flight) => scoreRequestOf(flight, options)));
    for (const [i, flight] of leaving.entries()) take(flight, results[i] as ScoreResult);
  };

  const minutes = flightMinutes(options.fromMinute, options.toMinute);
  try {
    await sender.load(options.fromMinute - HISTORY_MINUTES, options.fromMinute, stop, onHistory);
    let next = await minutes.next();
    clock.start();
    while (!next.done && departed < options.limit) {
      const current = next.value;
      if (clock.isAhead(current.minute)) recorder.nudge();
      await clock.reach(current.minute);
      if (stop.aborted) break;
      minute = current.minute;
      // A departure sees nothing of its own minute, so that what happens in it may be stored meanwhile.
      const playing = play(current);
      try {
        [, next] = await Promise.all([sender.send(eventsOf(current), stop), minutes.next()]);
      } finally {
        await playing;
      }
      onMinute?.(state());
    }
    if (!stop.aborted) await land(flights.takeAll());
    await recorder.flush();
  } catch (error) {
    if (!(error instanceof MeshError)) throw error;
    if (!(stop.aborted && error.code === Code.CANCELLED)) brokenOff = asMeshError(error);
    else await recorder.flush();
  } finally {
    clock.stop();
    await scorer.close();
    await minutes.return(undefined);
  }
  return state();
}

function scoreRequestOf(
  { row, minute, origin, destination, distanceMiles }: Flight,
  { model, idempotent }: ReplayOptions,
): ScoreRequest {
  const inputs = Object.entries(requestOf(minute, distanceMiles)).map(([name, number]) => [name, { number }]);
  return {
    model,
    entities: { origin, destination },
    inputs: Object.fromEntries(inputs),
    asOfEventTime: momentOf(minute),
    ...(idempotent ? { requestId: `flights-${row}` } : {}),
  };
}
