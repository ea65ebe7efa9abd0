import { createHash } from 'node:crypto';
import type { EvaluationSummary, ThresholdSummary } from '../evaluation.ts';
import { FLIGHTS_SHA256 } from '../flights.ts';
import { LATE_MINUTES } from '../outcome.ts';
import { DERIVED_COLUMNS } from '../request.ts';
import { THRESHOLD } from './declarations.ts';
import { markdownTable } from './markdown-table.ts';

/** How a version did in one month. */
export interface MonthResult {
  month: string;
  /** The month that the model was trained on: its figures flatter. */
  trained: boolean;
  summary: EvaluationSummary;
  warnings: ThresholdSummary;
}

export interface ModelCard {
  version: number;
  description: string;
  /** How it was fitted, in a few sentences. */
  method: string;
  /** The file that the card is about. */
  model: Uint8Array;
  /** The version of the feature set that it was trained on, "name@sha256:<hex>", and its features. */
  featureSet: string;
  features: readonly string[];
  trainingRows: number;
  trainingWindow: string;
  seed: number;
  /** What writes the same files again. */
  command: string;
  months: MonthResult[];
}

export function modelCard(card: ModelCard): string {
  const digest = createHash('sha256').update(card.model).digest('hex');
  return `# flight_delay, version ${card.version}

${card.description}

- Question: at departure, will this flight arrive ${LATE_MINUTES} or more minutes late?
- model.onnx: SHA-256 \`${digest}\`, ${card.model.length.toLocaleString('en')} bytes
- Features: \`${card.featureSet}\`
- Data: \`data/flights-3m.parquet\` of vega-datasets 3.2.1, SHA-256 \`${FLIGHTS_SHA256}\`
- Trained on: ${card.trainingRows.toLocaleString('en')} flights that departed from ${card.trainingWindow}
- Seed: ${card.seed}
- Reproduce: \`${card.command}\`

## Method

${card.method}

- Input \`request\`: minute of day, day of week, distance. The graph derives ${list(DERIVED_COLUMNS)}.
- Input \`features\`: ${list(card.features)}. Unknown is NaN.

## Results

${monthTable(card.months)}

Late rate is the share of flights that were late, mean score what the model expected; they agree where it is calibrated.
Flagged, precision and recall are of the decision at ${THRESHOLD}.
${calibration(card.months.find((month) => !month.trained))}
## Decision

A warning pays off above cost of a needless warning / (that cost + cost of a missed late flight). One miss is counted as
two needless warnings, hence ${THRESHOLD}. Who weighs them otherwise should move the threshold, not the model.

## What the model knows, and when

- The features are declared in [flights.yaml](../../../features/flights.yaml) over two streams of events: departures, and arrivals with
  their delay. The mesh computes them, for training (\`BuildTrainingSet\`) as for serving: the same code, the same bits. model.yaml pins the
  version of the set by its digest.
- They are read as of one millisecond before the minute of departure: a departure sees what happened up to the minute before, and
  neither itself nor any other event of its own minute. A flight that departs in the same minute may have left earlier; nobody knows.
- A window slides in tiles: one of an hour holds the 12 whole tiles of 5 minutes before the current one, and the current one up to the
  moment, so that it spans 60 to 65 minutes. Those of 6 hours have tiles of 30 minutes, those of 14 days tiles of 6 hours. Rates and means
  of nothing are unknown, counts of nothing are 0.
- The only delay in the data is the arrival delay. It comes with the arrival, never at departure: counting it there would be a leak, for nobody knows it then.
- The arrival is derived: departure + 30 minutes + distance / 7.7 miles per minute. The data has no arrival time.
- \`date\` is the actual departure, so a late departure shows. The route features count flights of the same hour of the
  day, and a flight that leaves at an hour when its route never does is behind its schedule. That is legitimate at
  departure, and much of what the model knows. It also means that the model must not be asked about a
  flight that has not left.
- All times are the clock of the departing airport, as if it were UTC. By the clock of the destination, arrivals of eastbound
  flights so enter up to three hours early (five from Hawaii) and those of westbound flights late. Origin and route features compare a clock with itself.

## Limits

- Flights of US carriers in the first half of 2001: airlines, schedules and clocks have changed. It is an example.
- January includes the first days of the data, when a feature of 14 days has only days behind it.
- Left out: departures before 04:00 (0.6 %, dated wrongly) and three flights with a delay below -90 minutes.
- The figures are from the US DOT, Bureau of Transportation Statistics; its terms for them are not explicit. The package
  vega-datasets is under the BSD 3-clause licence.
`;
}

function monthTable(months: readonly MonthResult[]): string {
  const head = [
    'month',
    'flights',
    'AUC',
    'Brier',
    'late rate',
    'mean score',
    'flagged',
    'precision',
    'recall',
  ];
  const lines = months.map(({ month, trained, summary, warnings }) => [
    trained ? `${month} (trained on)` : month,
    summary.count.toLocaleString('en'),
    summary.auc.toFixed(4),
    summary.brier.toFixed(4),
    ...[summary.lateRate, summary.meanScore, warnings.flagged, warnings.precision, warnings.recall].map(
      percent,
    ),
  ]);
  return markdownTable(head, lines);
}

function calibration(result: MonthResult | undefined): string {
  if (!result) return '';
  const lines = result.summary.deciles.map((group, i) => [
    `${i + 1}`,
    percent(group.meanScore),
    percent(group.lateRate),
  ]);
  const table = markdownTable(['tenth of the scores', 'mean score', 'late rate'], lines);
  return `\n### Calibration in ${result.month}\n\n${table}\n`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
