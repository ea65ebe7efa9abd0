import type { FastifyInstance } from 'fastify';
import type { ScoringContract } from '../../services/contracts.ts';
import type { Client } from '../../services/kit/contract/contract.ts';
import type { EdgeCalls } from './edge-call.ts';
import { createEventStreams } from './event-stream.ts';
import {
  jobJson,
  listJobsRequestOf,
  redriveJobsRequestOf,
  submitJobRequestOf,
  tenantOf,
} from './job-json.ts';

export interface JobRoutesDeps {
  readonly scoring: Pick<
    Client<ScoringContract>,
    'SubmitJob' | 'GetJob' | 'CancelJob' | 'WatchJob' | 'ListJobs' | 'RedriveJobs'
  >;
  readonly calls: EdgeCalls;
  /** Between signs of life to who watches a job, in milliseconds; proxies end a connection that is silent for a minute. */
  readonly heartbeatMs?: number | undefined;
}

interface OneJob {
  readonly Params: { readonly id: string };
}

/** Jobs as JSON, and as server-sent events until one has ended. Errors are for the server's error handler. */
export function addJobRoutes(server: FastifyInstance, deps: JobRoutesDeps): void {
  const { scoring, calls } = deps;
  const streams = createEventStreams(server, deps.heartbeatMs);
  server.post('/v1/jobs', (request, reply) =>
    calls.run(request, reply, async (call) => {
      const { jobId, duplicate } = await scoring.SubmitJob(submitJobRequestOf(request.body), call);
      reply.code(duplicate ? 200 : 202);
      return { job_id: jobId, duplicate };
    }),
  );
  server.get('/v1/jobs', (request, reply) =>
    calls.run(request, reply, async (call) => {
      const { jobs, nextPageToken } = await scoring.ListJobs(listJobsRequestOf(request.query), call);
      return { jobs: jobs.map(jobJson), next_page_token: nextPageToken };
    }),
  );
  // A doubled colon is one in the path.
  server.post('/v1/jobs::redrive', (request, reply) =>
    calls.run(request, reply, async (call) => {
      const { redriven, more, unnamed } = await scoring.RedriveJobs(redriveJobsRequestOf(request.body), call);
      return { redriven, more, unnamed };
    }),
  );
  server.get<OneJob>('/v1/jobs/:id', (request, reply) =>
    calls.run(request, reply, async (call) => {
      const { job } = await scoring.GetJob(jobOf(request.params, request.query), call);
      return job === null ? null : jobJson(job);
    }),
  );
  server.delete<OneJob>('/v1/jobs/:id', (request, reply) =>
    calls.run(request, reply, async (call) => {
      const { job } = await scoring.CancelJob(jobOf(request.params, request.query), call);
      return job === null ? null : jobJson(job);
    }),
  );
  server.get<OneJob>('/v1/jobs/:id/events', (request, reply) =>
    calls.run(
      request,
      reply,
      (call) =>
        streams.send(reply, call, async function* () {
          for await (const { job } of scoring.WatchJob(jobOf(request.params, request.query), call))
            if (job !== null) yield { event: job.result === null ? 'job' : 'result', data: jobJson(job) };
        }),
      Number.POSITIVE_INFINITY,
    ),
  );
}

function jobOf({ id }: OneJob['Params'], query: unknown): { tenant: string; jobId: string } {
  return { tenant: tenantOf(query), jobId: id };
}
