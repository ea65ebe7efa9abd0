import { localTimeOf } from '../calendar.ts';
import type { EvaluationSummary } from '../evaluation.ts';
import { DEFAULT_ADDRESS, type ReplayArguments } from './arguments.ts';
import type { FailureCount } from './failures.ts';
import { duration, grouped, percent } from './numbers.ts';
import type { ReplayState } from './run.ts';

/** What the report says of the model. */
export interface ReportedModel {
  name: string;
  /** Score from which on the model warns; undefined if it doesn't decide. */
  threshold: number | undefined;
}

/** Whether all went as it should. */
export function succeeded({ brokenOff, events, failures, outcomes }: ReplayState): boolean {
  return (
    brokenOff === undefined &&
    events.quarantined +
      failures.total() +
      outcomes.unknown +
      outcomes.failures.total() +
      outcomes.waiting ===
      0
  );
}

/** The summary at the end, for people. */
export function report(
  state: ReplayState,
  model: ReportedModel,
  options: Pick<ReplayArguments, 'address' | 'fromMinute'>,
  stopped: boolean,
): string {
  const { minute, scored, elapsedMs, brokenOff } = state;
  const pace = scored === 0 ? '' : ` in ${duration(elapsedMs)}, ${grouped((1000 * scored) / elapsedMs)}/s`;
  const lines = [
    `${stopped ? 'Stopped: ' : ''}${localTimeOf(options.fromMinute)} to ${localTimeOf(minute + 1)}: ` +
      `${grouped(scored)} flights scored${pace}`,
    ...(brokenOff === undefined ? [] : [`Broken off: ${brokenOff.reason}: ${brokenOff.message}`]),
    ...figures(state, model),
  ];
  const summary = state.evaluation.summary();
  if (summary.count > 0) lines.push('', ...truth(state, summary, model.threshold));
  if (state.firstPredictionId !== undefined) lines.push('', ...where(state, options.address));
  return `${lines.join('\n')}\n`;
}

function figures(state: ReplayState, model: ReportedModel): string[] {
  const { failures, latencies, events, outcomes, versions } = state;
  const { joined, unknown, waiting } = outcomes;
  const answers = [...versions].map(([version, count]) => `version ${version} (${grouped(count)} answers)`);
  const quarantined =
    events.quarantined === 0
      ? ''
      : `, ${grouped(events.quarantined)} in the quarantine: other features are declared than the example's`;
  return [
    `  model      ${model.name}: ${answers.join(', ') || 'no answers'}`,
    `  failed     ${grouped(failures.total())}`,
    ...failures.byReason().map(failureLine),
    `  latency    p50 ${duration(latencies.quantile(0.5))}, p99 ${duration(latencies.quantile(0.99))} as the caller sees it ` +
      '(logarithmic buckets, within 1.1 %)',
    `  events     ${grouped(events.stored)} stored, ${grouped(events.duplicates)} were there already${quarantined}`,
    `  outcomes   ${grouped(joined)} joined to their prediction, ${grouped(unknown)} unknown, ${grouped(outcomes.failures.total())} failed`,
    ...outcomes.failures.byReason().map(failureLine),
    ...(waiting > 0 ? [`  not sent   ${grouped(waiting)} outcomes`] : []),
    ...(state.inTheAir > 0
      ? [`  in the air ${grouped(state.inTheAir)} flights, whose outcome is not known yet`]
      : []),
  ];
}

function failureLine({ reason, count, example }: FailureCount): string {
  return `    ${grouped(count)} x ${reason}, such as: ${example}`;
}

function truth(
  { evaluation }: ReplayState,
  summary: EvaluationSummary,
  threshold: number | undefined,
): string[] {
  const lines = [
    `What came true, of ${grouped(summary.count)} flights with a known outcome (${percent(summary.lateRate)} late):`,
    `  AUC        ${fixed(summary.auc, 4)}   chance that a late flight scored higher than one on time`,
    `  Brier      ${fixed(summary.brier, 4)}   mean squared error of the probability`,
  ];
  if (threshold !== undefined) {
    const { flagged, precision, recall } = evaluation.atThreshold(threshold);
    lines.push(
      `  decision   at ${threshold}: ${percent(flagged)} warned of, precision ${percent(precision)}, recall ${percent(recall)}`,
    );
  }
  lines.push(
    '  calibration, in tenths by ascending probability:',
    '    tenth   flights   predicted        late',
  );
  for (const [i, { count, meanScore, lateRate }] of summary.deciles.entries()) {
    if (count === 0) continue;
    lines.push(
      `    ${String(i + 1).padStart(5)}${grouped(count).padStart(10)}${percent(meanScore).padStart(12)}${percent(lateRate).padStart(12)}`,
    );
  }
  return lines;
}

function where({ startedAtMs, firstPredictionId }: ReplayState, address: string): string[] {
  const to = address === DEFAULT_ADDRESS ? '' : ` --address ${address}`;
  return [
    'Every prediction and every outcome is in the audit log:',
    `  npx scoremesh audit list --since ${new Date(startedAtMs).toISOString()} --limit 20${to}`,
    `  npx scoremesh audit get ${firstPredictionId}${to}`,
  ];
}

function fixed(value: number, digits: number): string {
  return Number.isNaN(value) ? '-'.padEnd(digits + 2) : value.toFixed(digits);
}
