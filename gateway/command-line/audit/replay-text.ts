import type { FeatureValue__Output as FeatureValue } from '../../../services/gen/scoremesh/scoring/v1/FeatureValue.ts';
import type { ReplayResponse__Output as ReplayResponse } from '../../../services/gen/scoremesh/scoring/v1/ReplayResponse.ts';
import { verdictName } from '../../http/replay-json.ts';
import { textOfValue } from '../values.ts';

const labelWidth = 18;
const nameWidth = 36;

/** What a replay found, for people. */
export function replayLines(predictionId: string, response: ReplayResponse): string[] {
  const { explanation, model, recorded, recordedRuntime, replayed, replayedRuntime, skew, verdict } =
    response;
  const labelled = (label: string, text: string): string => `${label.padEnd(labelWidth)}${text}`;
  const alias = model?.alias ? `@${model.alias}` : '';
  const lines = [
    labelled('verdict', `${verdictName(verdict)}: ${explanation}`),
    labelled('prediction', predictionId),
    labelled('model', `${model?.name}${alias} version ${model?.version} (${model?.digest})`),
  ];
  const isRun = Object.keys(replayed).length > 0;
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(replayed)])) {
    const [then, now] = [textOfValue(recorded[name] ?? null), textOfValue(replayed[name] ?? null)];
    const differs = response.differences.find(({ output }) => output === name);
    const other =
      differs === undefined ? '' : ` (${differs.elements} differ, by up to ${differs.maxUlp} ulp)`;
    lines.push(labelled(name, (!isRun || then === now ? then : `${then} then, ${now} now`) + other));
  }
  if (recordedRuntime !== '') lines.push(labelled('ran on', recordedRuntime));
  if (replayedRuntime !== '' && replayedRuntime !== recordedRuntime)
    lines.push(labelled('runs on', replayedRuntime));
  for (const { name, recorded: then, read: now } of skew)
    lines.push(`  ${name.padEnd(nameWidth)}${featureText(then)} then, ${featureText(now)} now`);
  return lines;
}

/** One line of a sample. */
export function replayLine(predictionId: string, { explanation, verdict }: ReplayResponse): string {
  return `${predictionId}  ${verdictName(verdict)}: ${explanation}`;
}

function featureText(feature: FeatureValue | null): string {
  if (feature === null) return '-';
  const status = feature.status.replace('FEATURE_STATUS_', '').toLowerCase();
  const at =
    feature.eventTime === null
      ? ''
      : ` at ${new Date(Number(feature.eventTime.seconds) * 1000 + feature.eventTime.nanos / 1e6).toISOString()}`;
  return `${textOfValue(feature.value)} (${status}${at})`;
}
