import type { JobResult__Output as JobResult } from '../../gen/scoremesh/scoring/v1/JobResult.ts';
import type { MessageHeaders } from '../../kit/bus/headers.ts';
import { messageCodec } from '../../kit/contract/protos.ts';

const resultCodec = messageCodec<JobResult, JobResult>('scoremesh.scoring.v1.JobResult');

export function readJobResult(payload: Uint8Array, _headers: MessageHeaders): JobResult {
  return resultCodec.decode(payload);
}
