import type { Job__Output as Job } from '../../../services/gen/scoremesh/scoring/v1/Job.ts';
import { fromStatus } from '../../../services/kit/errors/status.ts';
import { stateName } from '../../http/job-json.ts';
import { timestampText } from '../../http/score-json.ts';
import { textOfValue } from '../values.ts';

/** A job in one line: when, which, where it stands, and what came of it. */
export function jobLine(job: Job): string {
  const { jobId, model, lane, state, submittedAt, cancelRequested, result } = job;
  const at = submittedAt === null ? '-' : timestampText(submittedAt);
  const laneName = lane === 'JOB_LANE_UNSPECIFIED' ? '-' : lane.replace('JOB_LANE_', '').toLowerCase();
  const asked = cancelRequested && result === null ? ' (to be cancelled)' : '';
  return `${at.padEnd(26)}${jobId.padEnd(40)}${laneName.padEnd(8)}${(model || '-').padEnd(24)}${stateName(state)}${asked}${outcome(job)}`;
}

/** The answer or the reason, as far as there is one. */
function outcome({ result }: Job): string {
  if (result === null) return '';
  if (result.error !== null) {
    const { reason, message } = fromStatus(result.error);
    return `  ${reason}: ${message}`;
  }
  const outputs = Object.entries(result.response?.outputs ?? {});
  return `  ${outputs.map(([name, value]) => `${name}=${textOfValue(value)}`).join(' ')}`;
}
