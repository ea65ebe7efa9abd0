import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { InferenceContract } from '../../../services/contracts.ts';
import type { Call } from '../../../services/kit/contract/call.ts';
import type { Client } from '../../../services/kit/contract/contract.ts';
import type { EdgeCalls } from '../edge-call.ts';
import { nothingAt, ofFastify } from '../errors.ts';
import { splitBody, unpackedBody } from './body.ts';
import { configJson } from './config-json.ts';
import { type HttpAnswer, inferAnswer } from './infer/infer-answer.ts';
import { type RestInfer, readInfer } from './infer/infer-reader.ts';
import { rawInfer } from './infer/raw-infer.ts';
import { indexJson, metadataJson, statisticsText } from './model-json.ts';
import { type OipStatus, sendOipError } from './oip-errors.ts';
import { readRepositoryParameters, readsReadyOnly } from './repository-body.ts';
import { addUnsupportedRoutes } from './unsupported-routes.ts';

export interface OipRoutesConfig {
  readonly maxMessageBytes: number;
  readonly oipStatus: OipStatus;
}

export interface OipRoutesDeps {
  readonly inference: Client<InferenceContract>;
  readonly calls: EdgeCalls;
}

interface ModelParams {
  readonly model: string;
  readonly version?: string;
}

const json = { 'content-type': 'application/json' };

/**
 * The Open Inference Protocol over REST, with Triton's extensions, under /v2. Bodies are read whatever content type they claim, as
 * clients claim any. Each route is one call of the protocol's gRPC service.
 *
 * JSON is read on the calling thread, 50 to 200 ns a value: a body of 16 MiB holds it up for a few tenths of a second, and the body
 * limit is the bound. Binary data costs nothing.
 */
export function addOipRoutes(server: FastifyInstance, config: OipRoutesConfig, deps: OipRoutesDeps): void {
  server.register(
    async (routes: FastifyInstance) => {
      routes.removeAllContentTypeParsers();
      routes.addHook('onRequest', (request, _reply, done) => {
        // Some clients send none, or one that is not well-formed, which would be refused before any parser is asked.
        request.headers['content-type'] = 'application/octet-stream';
        done();
      });
      routes.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
      routes.setErrorHandler((thrown, _request, reply) =>
        sendOipError(reply, ofFastify(thrown), config.oipStatus),
      );
      routes.setNotFoundHandler((request, reply) =>
        sendOipError(
          reply,
          nothingAt(
            `nothing is at ${request.method} ${request.url.slice(0, 200)}; see POST /v2/models/{model}/infer`,
          ),
          config.oipStatus,
          404,
        ),
      );
      addServerRoutes(routes, deps);
      addModelRoutes(routes, deps);
      addInferRoutes(routes, config, deps);
      addRepositoryRoutes(routes, config, deps);
      addUnsupportedRoutes(routes, deps);
    },
    { prefix: '/v2' },
  );
}

function addServerRoutes(routes: FastifyInstance, { inference, calls }: OipRoutesDeps): void {
  routes.get('/', (request, reply) =>
    calls.run(request, reply, (call) => inference.ServerMetadata({}, call)),
  );
  // The protocol tells "no" with a status of 4xx.
  routes.get('/health/live', (request, reply) =>
    calls.run(request, reply, async (call) => {
      const { live } = await inference.ServerLive({}, call);
      reply.code(live ? 200 : 400);
      return { live };
    }),
  );
  routes.get('/health/ready', (request, reply) =>
    calls.run(request, reply, async (call) => {
      const { ready } = await inference.ServerReady({}, call);
      reply.code(ready ? 200 : 400);
      return { ready };
    }),
  );
}

function addModelRoutes(routes: FastifyInstance, { inference, calls }: OipRoutesDeps): void {
  const named = ({ params }: FastifyRequest): { name: string; version: string } => {
    const { model, version = '' } = params as ModelParams;
    return { name: model, version };
  };
  const get = (
    suffix: string,
    answer: (asked: { name: string; version: string }, call: Call, reply: FastifyReply) => Promise<unknown>,
  ): void => {
    for (const path of [`/models/:model${suffix}`, `/models/:model/versions/:version${suffix}`])
      routes.get(path, (request, reply) =>
        calls.run(request, reply, (call) => answer(named(request), call, reply)),
      );
  };
  get('', async (asked, call) => metadataJson(await inference.ModelMetadata(asked, call)));
  get('/ready', async (asked, call, reply) => {
    const { ready } = await inference.ModelReady(asked, call);
    reply.code(ready ? 200 : 400);
    return { name: asked.name, ready, ...(ready ? {} : { error: 'Model version not ready' }) };
  });
  get('/config', async (asked, call) => {
    const { config } = await inference.ModelConfig(asked, call);
    return config === null ? {} : configJson(config);
  });
  const statistics = async (
    asked: { name: string; version: string },
    call: Call,
    reply: FastifyReply,
  ): Promise<string> => {
    reply.headers(json);
    return statisticsText(await inference.ModelStatistics(asked, call));
  };
  get('/stats', statistics);
  routes.get('/models/stats', (request, reply) =>
    calls.run(request, reply, (call) => statistics({ name: '', version: '' }, call, reply)),
  );
}

function addInferRoutes(
  routes: FastifyInstance,
  { maxMessageBytes }: OipRoutesConfig,
  { inference, calls }: OipRoutesDeps,
): void {
  const read = async (request: FastifyRequest, call: Call): Promise<RestInfer> => {
    const { model: name, version = '' } = request.params as ModelParams;
    const body = await unpackedBody(request.headers, request.body, maxMessageBytes);
    const parts = splitBody(request.headers, body);
    if (parts !== undefined) return readInfer({ name, version }, parts.head, parts.binary);
    const { config } = await inference.ModelConfig({ name, version }, call);
    if (config === null) throw new Error(`model '${name}' has no configuration`);
    return rawInfer({ name, version }, config, body);
  };
  const infer = async (request: FastifyRequest, reply: FastifyReply): Promise<HttpAnswer['body']> => {
    const { headers, body } = await calls.run(request, reply, async (call) => {
      const { request: asked, binary } = await read(request, call);
      return inferAnswer(await inference.ModelInfer(asked, call), binary);
    });
    reply.headers(headers);
    return body;
  };
  routes.post('/models/:model/infer', infer);
  routes.post('/models/:model/versions/:version/infer', infer);
}

function addRepositoryRoutes(
  routes: FastifyInstance,
  { maxMessageBytes }: OipRoutesConfig,
  { inference, calls }: OipRoutesDeps,
): void {
  const bodyOf = ({ headers, body }: FastifyRequest): Promise<Buffer> =>
    unpackedBody(headers, body, maxMessageBytes);
  routes.post('/repository/index', (request, reply) =>
    calls.run(request, reply, async (call) => {
      const ready = readsReadyOnly(await bodyOf(request));
      return indexJson(await inference.RepositoryIndex({ repositoryName: '', ready }, call));
    }),
  );
  const control = async (request: FastifyRequest) => ({
    repositoryName: '',
    modelName: (request.params as ModelParams).model,
    parameters: readRepositoryParameters(await bodyOf(request)),
  });
  routes.post('/repository/models/:model/load', (request, reply) =>
    calls.run(request, reply, async (call) => inference.RepositoryModelLoad(await control(request), call)),
  );
  routes.post('/repository/models/:model/unload', (request, reply) =>
    calls.run(request, reply, async (call) => inference.RepositoryModelUnload(await control(request), call)),
  );
}
