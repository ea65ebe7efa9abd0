import { Code, type MeshClient, MeshError, type ScoreRequest } from '../../../gateway/client/client.ts';
import { createEvaluation, type Evaluation } from '../evaluation.ts';
import { type ReplayDeparture, type ReplayMinute, replayMinutes } from '../minutes.ts';
import type { ReplayArguments } from './arguments.ts';
import { createClock } from './clock.ts';
import { asMeshError, createFailures, type Failures } from './failures.ts';
import { createIngester } from './ingest.ts';
import { createLatencies, type Latencies } from './latencies.ts';
import { createAgenda, createOutcomeRecorder, type KnownOutcome, type OutcomeCounts } from './outcomes.ts';
import { createScorer, type ScoreResult } from './score-stream.ts';

export type ReplayOptions = Pick<
  ReplayArguments,
  'model' | 'fromMinute' | 'toMinute' | 'limit' | 'speed' | 'idempotent'
>;

/** Where a replay stands, while it runs and when it is over. */
export interface ReplayState {
  /** The simulated minute. */
  minute: number;
  /** When the first minute was sent, Unix ms, and how long ago that was. NaN before. */
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
  rows: { stored: number; superseded: number };
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
  /** Called after each minute; it must not keep the state. */
  readonly onMinute?: (state: ReplayState) => void;
}

/** Waiting for one call; longer than the mesh's own deadline of 10 s, so that its answer says more. */
const SCORE_TIMEOUT_MS = 15_000;
/** Rides out a mesh that is restarted. */
const STORE_TIMEOUT_MS = 30_000;

interface Flight extends KnownOutcome {
  score: number;
}

/**
 * Replays minute after minute: what is known is ingested, then the departures are scored, then comes the next minute; so
 * every score reads the features of its own minute. Outcomes are recorded beside that once their minute has passed. When the
 * last flight has left, simulated time runs on until all have landed; when stopped, what is not known yet is left out.
 * Rejects only if the dataset can't be read; a mesh that fails ends it with `brokenOff`.
 */
export async function runReplay(
  mesh: MeshClient,
  options: ReplayOptions,
  { stop, output, onMinute }: ReplayHooks,
): Promise<ReplayState> {
  const clock = createClock(options, stop);
  const ingester = createIngester(mesh, STORE_TIMEOUT_MS);
  const scorer = createScorer(mesh, SCORE_TIMEOUT_MS);
  const recorder = createOutcomeRecorder(mesh, STORE_TIMEOUT_MS);
  const flights = createAgenda<Flight>(options.fromMinute);
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
    rows: ingester.counts(),
    evaluation,
    outcomes: recorder.counts(),
    inTheAir: flights.size(),
    firstPredictionId,
    brokenOff,
  });
  const take = (departure: ReplayDeparture, { response, error, latencyMs }: ScoreResult): void => {
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
    flights.add(departure.outcomeMinute, { predictionId, late: departure.late, score });
  };
  const land = async (landed: readonly Flight[]): Promise<void> => {
    for (const { score, late } of landed) evaluation.add(score, late);
    await recorder.add(landed);
  };
  const play = async ({ departures }: ReplayMinute): Promise<void> => {
    // What arrived in the minutes before is known now.
    await land(flights.takeUntil(minute - 1));
    const leaving = departures.slice(0, options.limit - departed);
    const results = await scorer.score(leaving.map((departure) => requestOf(departure, options)));
    for (const [i, departure] of leaving.entries()) take(departure, results[i] as ScoreResult);
  };

  const minutes = replayMinutes(options.fromMinute, options.toMinute);
  try {
    let next = await minutes.next();
    clock.start();
    while (!next.done && departed < options.limit) {
      const current = next.value;
      if (clock.isAhead(current.minute)) recorder.nudge();
      await clock.reach(current.minute);
      if (stop.aborted) break;
      minute = current.minute;
      // The next minute is prepared while the rows are stored, not while scores are timed.
      [, next] = await Promise.all([ingester.ingest(current.rows, stop), minutes.next()]);
      await play(current);
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

function requestOf({ row, entities, inputs }: ReplayDeparture, options: ReplayOptions): ScoreRequest {
  const values = Object.entries(inputs).map(([name, number]) => [name, { number }]);
  return {
    model: options.model,
    entities,
    inputs: Object.fromEntries(values),
    ...(options.idempotent ? { requestId: `flights-${row}` } : {}),
  };
}
