import type { FastifyInstance } from 'fastify';
import type { ModelContract, ScoringContract } from '../../services/contracts.ts';
import type { Client } from '../../services/kit/contract/contract.ts';
import type { EdgeCalls } from './edge-call.ts';
import { nothingAt, sendError } from './errors.ts';
import { replayRequestOf, replayResponseJson } from './replay-json.ts';
import { outcomesOf, scoreRequestOf, scoreResponseJson } from './score-json.ts';

export interface ScoreRoutesDeps {
  readonly scoring: Client<ScoringContract>;
  readonly models: Client<ModelContract>;
  readonly calls: EdgeCalls;
}

/** Scores, outcomes, replays and models as JSON. Errors are for the server's error handler. */
export function addScoreRoutes(server: FastifyInstance, { scoring, models, calls }: ScoreRoutesDeps): void {
  server.post<{ Params: { target: string } }>('/v1/models/:target', async (request, reply) => {
    const { target } = request.params;
    if (!target.endsWith(':score')) {
      const shown = target.slice(0, 100);
      return sendError(
        reply,
        nothingAt(`"${shown}" has no method; POST /v1/models/{model}:score scores`),
        404,
      );
    }
    const model = target.slice(0, -':score'.length);
    return calls.run(request, reply, async (call) =>
      scoreResponseJson(await scoring.Score(scoreRequestOf(model, request.body), call)),
    );
  });
  server.post('/v1/outcomes', (request, reply) =>
    calls.run(request, reply, async (call) =>
      scoring.RecordOutcomes({ outcomes: outcomesOf(request.body) }, call),
    ),
  );
  server.post('/v1/replay', (request, reply) =>
    calls.run(request, reply, async (call) =>
      replayResponseJson(await scoring.Replay(replayRequestOf(request.body), call)),
    ),
  );
  server.get('/v1/models', (request, reply) =>
    calls.run(request, reply, (call) => models.ListModels({}, call)),
  );
}
