import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AuditContract } from '../../services/contracts.ts';
import type { QueryRecordsRequest__Output as QueryRecordsRequest } from '../../services/gen/scoremesh/audit/v1/QueryRecordsRequest.ts';
import type { Client } from '../../services/kit/contract/contract.ts';
import type { EdgeCalls } from './edge-call.ts';
import { queriedRecordJson } from './record-json.ts';
import { parsed, timestampOf } from './score-json.ts';

export interface RecordRoutesDeps {
  readonly audit: Pick<Client<AuditContract>, 'QueryRecords'>;
  readonly calls: EdgeCalls;
}

const moment = z.iso.datetime({ offset: true }).optional();
const whole = z.coerce.number().int().min(0).max(4_294_967_295).default(0);
const text = z.string().default('');

const recordsQuery = z.strictObject({
  since: moment,
  until: moment,
  event: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  model: text,
  version: whole,
  principal: text,
  decision: text,
  subject: text,
  outcome: z.enum(['missing', 'known', 'corrected']).optional(),
  page_size: whole,
  page_token: text,
});

/** The audit log by what its records say: GET /v1/records?model=...&outcome=missing, page by page. */
export function addRecordRoutes(server: FastifyInstance, { audit, calls }: RecordRoutesDeps): void {
  server.get('/v1/records', (request, reply) =>
    calls.run(request, reply, async (call) => {
      const { records, nextPageToken } = await audit.QueryRecords(recordsRequestOf(request.query), call);
      return { records: records.map(queriedRecordJson), next_page_token: nextPageToken };
    }),
  );
}

/** The query string of GET /v1/records. Throws INVALID_REQUEST with every fault. */
function recordsRequestOf(query: unknown): QueryRecordsRequest {
  const given = parsed(recordsQuery, query);
  const { event, model, version, principal, decision, subject, outcome, since, until } = given;
  return {
    filter: {
      since: since === undefined ? null : timestampOf(since),
      until: until === undefined ? null : timestampOf(until),
      events: event,
      model,
      version,
      principal,
      decision,
      subject,
      outcome:
        outcome === undefined
          ? 'OUTCOME_STATE_UNSPECIFIED'
          : (`OUTCOME_STATE_${stateName(outcome)}` as const),
    },
    pageSize: given.page_size,
    pageToken: given.page_token,
  };
}

function stateName<S extends string>(state: S): Uppercase<S> {
  return state.toUpperCase() as Uppercase<S>;
}
