import { describe, expect, it } from 'vitest';
import { Code, catalogue, type Reason } from '../../../services/kit/errors/catalogue.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { tritonError } from '../../../services/kit/open-inference/triton-error.ts';

/** What Triton's server can answer; it has no others. */
const tritonCodes = [
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
] as const;

describe('an error as Triton tells it', () => {
  it.each<[Reason, string]>([
    ['QUEUE_FULL', '[request id: r-1] Exceeds maximum queue size'],
    ['DEADLINE_PAST', 'Request timeout expired'],
    ['DEADLINE_PASSED_WAITING', 'Request timeout expired'],
    ['DEADLINE_UNREACHABLE', 'Request timeout expired'],
    ['SHUTTING_DOWN', 'Server is stopping, scheduler for model has stopped accepting new inference requests'],
    ['MODEL_CONTROL_OFF', 'explicit model load / unload is not allowed if polling is enabled'],
  ])('is UNAVAILABLE in its words for %s, with reason and details kept', (reason, message) => {
    const honest = new MeshError(reason, 'as it is', { retryAfterMs: 50 });
    const told = tritonError(honest, 'r-1');
    expect(told).toMatchObject({ code: Code.UNAVAILABLE, reason, message, details: { retryAfterMs: 50 } });
    expect(told.cause).toBe(honest);
  });

  it('says that the request has no id', () => {
    expect(tritonError(new MeshError('QUEUE_FULL', 'full')).message).toBe(
      '[request id: <id_unknown>] Exceeds maximum queue size',
    );
  });

  it.each([
    'MODEL_NOT_FOUND',
    'TENSOR_INVALID',
    'MODEL_NOT_READY',
    'NOT_SUPPORTED',
    'CALL_CANCELLED',
  ] as const)('is the same error for %s', (reason) => {
    const error = new MeshError(reason, 'as it is');
    expect(tritonError(error, 'r-1')).toBe(error);
  });

  it('has a code that Triton has, whatever the reason; but a message too large is refused before it', () => {
    const allowed = tritonCodes.map((name) => Code[name]) as readonly Code[];
    for (const reason of Object.keys(catalogue) as Reason[]) {
      const { code } = tritonError(new MeshError(reason, 'as it is'));
      if (reason === 'MESSAGE_TOO_LARGE') expect(code).toBe(Code.RESOURCE_EXHAUSTED);
      else expect(allowed, reason).toContain(code);
    }
  });

  it('keeps the words of an error whose code alone differs', () => {
    const told = tritonError(new MeshError('STATE_CORRUPT', 'record 7 is torn'));
    expect(told).toMatchObject({ code: Code.INTERNAL, message: 'record 7 is torn', reason: 'STATE_CORRUPT' });
  });

  it('told twice is the same', () => {
    for (const reason of ['DEADLINE_PAST', 'STATE_CORRUPT', 'MODEL_INVALID'] as const) {
      const { code, message } = tritonError(new MeshError(reason, 'as it is'));
      expect(tritonError(tritonError(new MeshError(reason, 'as it is')))).toMatchObject({ code, message });
    }
  });
});
