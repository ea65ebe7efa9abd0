import type { FastifyReply } from 'fastify';
import type { Reason } from '../../../services/kit/errors/catalogue.ts';
import type { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { codeName } from '../../../services/kit/errors/status.ts';
import { errorHeaders, httpStatusOf } from '../errors.ts';

/** Which status codes the protocol's routes answer with: what is true, or Triton's. */
export type OipStatus = 'honest' | 'triton';

/**
 * HTTP statuses of Triton's codes; 400 for the rest (https://github.com/triton-inference-server/server,
 * docs/customization_guide/inference_protocols.md). It has no code for a full queue or a missed deadline: both are UNAVAILABLE.
 */
const tritonStatuses: Readonly<Record<string, number>> = {
  INTERNAL: 500,
  UNKNOWN: 400,
  NOT_FOUND: 404,
  UNAVAILABLE: 503,
  RESOURCE_EXHAUSTED: 503,
  DEADLINE_EXCEEDED: 503,
  UNIMPLEMENTED: 501,
};

/** Where Triton's code is another than that of ours. */
const tritonExactStatuses: Readonly<Partial<Record<Reason, number>>> = {
  MESSAGE_TOO_LARGE: 400,
  MODEL_CONTROL_OFF: 503,
};

export function oipStatusOf(error: MeshError, statuses: OipStatus): number {
  if (statuses === 'honest') return httpStatusOf(error);
  return tritonExactStatuses[error.reason] ?? tritonStatuses[codeName(error.code)] ?? 400;
}

/** The error as the protocol tells it, a text under "error", with the reason beside it; with this status if one is given. */
export function sendOipError(
  reply: FastifyReply,
  error: MeshError,
  statuses: OipStatus,
  given?: number,
): FastifyReply {
  return reply
    .code(given ?? oipStatusOf(error, statuses))
    .headers(errorHeaders(error))
    .send({ error: error.message, reason: error.reason });
}
