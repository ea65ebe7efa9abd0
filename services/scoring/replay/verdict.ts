import type { Model__Output as Model } from '../../gen/scoremesh/inference/v1/Model.ts';
import type { OutputDifference__Output as OutputDifference } from '../../gen/scoremesh/scoring/v1/OutputDifference.ts';
import type { ReplayResponse__Output as ReplayResponse } from '../../gen/scoremesh/scoring/v1/ReplayResponse.ts';
import type { RecordedAnswer } from './recorded-answer.ts';
import { runtimeDifference } from './runtime-text.ts';

/** What differences mean, given what it ran on then and now; undefined differences: the run failed. */
export function verdictOf(
  { event }: RecordedAnswer,
  { runtime }: Model,
  differences: readonly OutputDifference[] | undefined,
  members: number,
): Pick<ReplayResponse, 'verdict' | 'explanation'> {
  const elsewhere = runtimeDifference(event.runtime, runtime);
  const together = members > 1 ? `, in its batch of ${event.batchSize} rows` : '';
  if (differences?.length === 0)
    return {
      verdict: 'REPLAY_VERDICT_SAME',
      explanation: `every output has the same bits${together}${elsewhere === undefined ? '' : `, though ${elsewhere}`}`,
    };
  const what =
    differences === undefined
      ? 'the model fails now'
      : differences
          .map(({ output, maxUlp, elements }) => `${output} differs${sizeText(maxUlp, elements)}`)
          .join(', ');
  return elsewhere === undefined
    ? {
        verdict: 'REPLAY_VERDICT_DIFFERS',
        explanation: `${what}${together}, on the same build and processor`,
      }
    : { verdict: 'REPLAY_VERDICT_ENVIRONMENT', explanation: `${what}${together}; ${elsewhere}` };
}

function sizeText(maxUlp: string, elements: string): string {
  const ulp = maxUlp === '0' ? '' : `, by up to ${maxUlp} units in the last place`;
  return ` in ${elements} ${elements === '1' ? 'element' : 'elements'}${ulp}`;
}
