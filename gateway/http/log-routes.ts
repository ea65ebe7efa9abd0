import type { FastifyInstance } from 'fastify';
import type { AuditContract } from '../../services/contracts.ts';
import type { Client } from '../../services/kit/contract/contract.ts';
import type { EdgeCalls } from './edge-call.ts';

export interface LogRoutesDeps {
  readonly audit: Pick<Client<AuditContract>, 'ReadLog'>;
  readonly calls: EdgeCalls;
}

/** The audit log for anybody who wants to check it, below /log/, as https://c2sp.org/tlog-tiles lays it out. Read-only. */
export function addLogRoutes(server: FastifyInstance, { audit, calls }: LogRoutesDeps): void {
  server.get<{ Params: { '*': string } }>('/log/*', (request, reply) =>
    calls.run(request, reply, async (call) => {
      const { ageMs, content, immutable } = await audit.ReadLog({ path: request.params['*'] }, call);
      reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
      // Seconds since a replica saw that it is the newest (RFC 9111 section 5.1).
      if (ageMs > 0) reply.header('age', Math.floor(ageMs / 1000));
      reply.type(immutable ? 'application/octet-stream' : 'text/plain; charset=utf-8');
      return content;
    }),
  );
}
