import type { ScoreRequest__Output as ScoreRequest } from '../../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { SubmitJobRequest__Output as SubmitJobRequest } from '../../gen/scoremesh/scoring/v1/SubmitJobRequest.ts';
import type { SubmitJobResponse__Output as SubmitJobResponse } from '../../gen/scoremesh/scoring/v1/SubmitJobResponse.ts';
import type { Bus } from '../../kit/bus/bus.ts';
import type { Call } from '../../kit/contract/call.ts';
import { messageCodec } from '../../kit/contract/protos.ts';
import { type FieldViolation, isMeshError, MeshError, toMeshError } from '../../kit/errors/mesh-error.ts';
import { codeName } from '../../kit/errors/status.ts';
import { type Span, SpanKind, type Tracer } from '../../kit/telemetry/span.ts';
import { parseModelReference } from '../model-reference.ts';
import { checkRequest } from '../request-inputs.ts';
import type { FindJob } from './find-job.ts';
import { header, jobSubject, laneName } from './job-names.ts';
import { checkJobId, tenantIn, throwIfAny } from './job-reference.ts';
import { msOfTimestamp } from './job-time.ts';
import type { KnownJobs } from './known-jobs.ts';
import type { Notices } from './notices.ts';
import { type Payloads, sendWhole } from './payloads.ts';
import { publishJob } from './publish-job.ts';

export interface SubmitDeps {
  readonly bus: Bus;
  readonly find: Pick<FindJob, 'kept'>;
  readonly known: KnownJobs;
  readonly notices: Notices;
  readonly payloads: Pick<Payloads, 'put'>;
  readonly tracer: Tracer;
  readonly newId: () => string;
  /** Unix ms. */
  readonly now: () => number;
}

const requestCodec = messageCodec<ScoreRequest, ScoreRequest>('scoremesh.scoring.v1.ScoreRequest');
/** How long a full queue is left alone. */
const retryAfterMs = 1000;

/** Publishes a job; what it answers is accepted durably. A job_id that was submitted before, or has its result, changes nothing. */
export function createSubmit({ bus, find, known, notices, payloads, tracer, newId, now }: SubmitDeps) {
  return async (asked: SubmitJobRequest, call: Call): Promise<SubmitJobResponse> => {
    const { deadlineMs, request, tenant } = checked(asked, now());
    const jobId = asked.jobId === '' ? newId() : asked.jobId;
    // Beyond the window in which JetStream knows ids by itself.
    if (asked.jobId !== '' && (await find.kept({ tenant, jobId }, call)) !== undefined)
      return { jobId, duplicate: true };
    const lane = laneName(asked.lane);
    const subject = jobSubject(lane, tenant, request.model);
    const span = sendSpan(tracer, call, subject, jobId);
    try {
      const headers = {
        'Content-Type': 'application/x-protobuf',
        ...(deadlineMs === undefined ? {} : { [header.deadline]: new Date(deadlineMs).toISOString() }),
      };
      const { duplicate, sequence } = await sendWhole(
        payloads,
        { payload: requestCodec.encode(request), headers },
        (payload, given) =>
          publishJob(
            { bus, find },
            { tenant, jobId, subject, payload, headers: given, trace: span ?? call.trace },
            call,
          ),
        call,
      );
      if (span !== undefined) tracer.end(span);
      notices.jobWaits(lane, tenant);
      // A duplicate's place is known, but not that it is in this lane and of this model.
      if (!duplicate) known.add({ jobId, tenant, sequence, subject, takenAtMs: now() });
      return { jobId, duplicate };
    } catch (thrown) {
      const error = refusal(toMeshError(thrown), lane, tenant, request.model);
      if (span !== undefined)
        tracer.end(span, {
          message: error.message,
          codeName: codeName(error.code),
          reason: error.reason,
        });
      throw isMeshError(thrown) ? error : thrown;
    }
  };
}

/** What can be known of a request before it is scored. Throws INVALID_REQUEST with every fault. */
function checked(
  { deadline, jobId, request, tenant: given }: SubmitJobRequest,
  nowMs: number,
): { tenant: string; request: ScoreRequest; deadlineMs: number | undefined } {
  const violations: FieldViolation[] = [];
  const tenant = tenantIn(given, violations);
  if (jobId !== '') checkJobId(jobId, violations);
  if (request === null) violations.push({ field: 'request', description: 'missing' });
  else {
    if (request.requestId !== '')
      violations.push({
        field: 'request.request_id',
        description: 'is not taken: the job_id is the idempotency key',
      });
    violations.push(...faultsOf(() => checkModel(request.model)));
    violations.push(...faultsOf(() => checkRequest({ ...request, requestId: '' })));
  }
  const deadlineMs = deadline === null ? undefined : msOfTimestamp(deadline);
  if (deadlineMs !== undefined && !(deadlineMs > nowMs && deadlineMs <= maxDeadlineMs))
    violations.push({
      field: 'deadline',
      description:
        deadlineMs > nowMs ? 'is beyond the year 9999' : 'has passed: nobody would want the result any more',
    });
  throwIfAny(violations);
  if (request === null) throw new MeshError('INTERNAL', 'a missing request was not refused');
  return { tenant, request, deadlineMs };
}

const maxDeadlineMs = 253_402_300_799_999;

/** A model's name as part of a subject: dots divide it, and no part may be empty. */
function checkModel(model: string): void {
  parseModelReference(model);
  if (model.split('.').every((part) => part !== '')) return;
  throw new MeshError('INVALID_REQUEST', '', {
    violations: [
      { field: 'model', description: `"${model}" begins or ends with a dot, or has two in a row` },
    ],
  });
}

function faultsOf(check: () => void): readonly FieldViolation[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!isMeshError(error) || error.details.violations === undefined) throw error;
    return error.details.violations.map(({ field, description }) => ({
      field: `request.${field}`,
      description,
    }));
  }
}

/** A refusal that says which queue is full. */
function refusal(error: MeshError, lane: string, tenant: string, model: string): MeshError {
  if (error.reason !== 'QUEUE_FULL' || error.details.metadata?.bucket !== undefined) return error;
  return new MeshError(
    'QUEUE_FULL',
    `the queue of model ${model} of tenant ${tenant} in lane ${lane} takes no more now: submit the job again later, with the same job_id (${error.message})`,
    { ...error.details, retryAfterMs: error.details.retryAfterMs ?? retryAfterMs },
    error,
  );
}

/** https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/ */
function sendSpan(tracer: Tracer, call: Call, subject: string, jobId: string): Span | undefined {
  const span = tracer.start('send scoremesh.jobs', SpanKind.PRODUCER, call.span ?? call.trace);
  if (span === undefined) return undefined;
  span.attributes['messaging.system'] = 'nats';
  span.attributes['messaging.operation.name'] = 'publish';
  span.attributes['messaging.operation.type'] = 'send';
  span.attributes['messaging.destination.name'] = subject;
  span.attributes['messaging.message.id'] = jobId;
  return span;
}
