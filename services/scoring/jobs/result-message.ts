import type { JobResult__Output as JobResult } from '../../gen/scoremesh/scoring/v1/JobResult.ts';
import { headerOf, type MessageHeaders } from '../../kit/bus/headers.ts';
import { messageCodec } from '../../kit/contract/protos.ts';
import { isMeshError, MeshError } from '../../kit/errors/mesh-error.ts';
import { resultOfJson } from './result-json.ts';

const resultCodec = messageCodec<JobResult, JobResult>('scoremesh.scoring.v1.JobResult');

/** A result as its stream keeps it: JSON where its Content-Type says so, else Protobuf. Throws STATE_CORRUPT for what is neither. */
export function readJobResult(payload: Uint8Array, headers: MessageHeaders): JobResult {
  const isJson = /^application\/json\b/i.test(headerOf(headers, 'Content-Type') ?? '');
  try {
    return isJson ? resultOfJson(JSON.parse(new TextDecoder().decode(payload))) : resultCodec.decode(payload);
  } catch (error) {
    if (isMeshError(error) && error.reason === 'STATE_CORRUPT') throw error;
    throw new MeshError(
      'STATE_CORRUPT',
      `a result of ${payload.length} bytes is no ${isJson ? 'JSON' : 'JobResult'}; who else writes to scoremesh.results?`,
      {},
      error,
    );
  }
}
