import type { JobResult__Output as JobResult } from '../../../gen/scoremesh/scoring/v1/JobResult.ts';
import type { Bus } from '../../../kit/bus/bus.ts';
import { messageCodec } from '../../../kit/contract/protos.ts';
import { isMeshError, MeshError } from '../../../kit/errors/mesh-error.ts';
import { toStatus } from '../../../kit/errors/status.ts';
import type { Log } from '../../../kit/log/log.ts';
import type { TraceContext } from '../../../kit/telemetry/span.ts';
import { resultSubject, resultsStream } from '../job-names.ts';
import { type Payloads, sendWhole } from '../payloads.ts';
import { resultJson } from '../result-json.ts';

/** Where results go. */
export interface Results {
  /** Whether the job has its result. */
  isKept(tenant: string, jobId: string): Promise<boolean>;
  /**
   * Stores the result unless the job has one, and then sends it to who asked for it. Resolves when the job has its result: true if it is this
   * one. Fails NATS_UNAVAILABLE or QUEUE_FULL; then it may be stored or not.
   */
  publish(
    result: JobResult,
    how: { readonly isJson: boolean; readonly replyTo: string | undefined; readonly trace: TraceContext },
  ): Promise<boolean>;
}

const resultCodec = messageCodec<JobResult, JobResult>('scoremesh.scoring.v1.JobResult');
const headersOf = {
  json: { 'Content-Type': 'application/json' },
  protobuf: { 'Content-Type': 'application/x-protobuf' },
} as const;

export interface ResultsDeps {
  readonly bus: Bus;
  readonly log: Log;
  readonly payloads: Pick<Payloads, 'put'>;
}

export function createResults({ bus, log, payloads }: ResultsDeps): Results {
  const publish: Results['publish'] = async (result, how) => {
    const { isJson, replyTo, trace } = how;
    const payload = isJson ? Buffer.from(JSON.stringify(resultJson(result))) : resultCodec.encode(result);
    const headers = isJson ? headersOf.json : headersOf.protobuf;
    const subject = resultSubject(result.tenant, result.jobId);
    try {
      return await sendWhole(payloads, { payload, headers }, async (body, given) => {
        const options = { headers: given, trace };
        const stored = await bus.publishFirst(subject, body, options);
        if (replyTo !== undefined && stored !== undefined) reply(replyTo, body, options);
        return stored !== undefined;
      });
    } catch (error) {
      if (!isMeshError(error) || error.reason !== 'MESSAGE_TOO_LARGE' || result.response === null)
        throw error;
      return publish({ ...result, ...tooLarge(result, payload.length, error) }, how);
    }
  };
  /** Its loss is no harm: the result is kept. */
  const reply = (replyTo: string, payload: Uint8Array, options: Parameters<Bus['publishCore']>[2]): void => {
    try {
      bus.publishCore(replyTo, payload, options);
    } catch (error) {
      log.warn('a result could not be sent to its reply subject; it is kept', { replyTo, error });
    }
  };
  return {
    isKept: async (tenant, jobId) =>
      (await bus.stored.last(resultsStream, resultSubject(tenant, jobId))) !== undefined,
    publish,
  };
}

/** The record has the answer. */
function tooLarge(
  { response }: JobResult,
  sizeBytes: number,
  cause: MeshError,
): Pick<JobResult, 'state' | 'response' | 'error'> {
  const predictionId = response?.predictionId ?? '';
  const error = new MeshError(
    'MESSAGE_TOO_LARGE',
    `the result has ${sizeBytes} bytes, more than is stored; prediction ${predictionId} is in the audit log with its answer`,
    { metadata: { prediction_id: predictionId } },
    cause,
  );
  return { state: 'JOB_STATE_FAILED', response: null, error: toStatus(error) };
}
