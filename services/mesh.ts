import { join } from 'node:path';
import { startHttpServer } from '../gateway/http/http-server.ts';
import { jobScoreRequestOf } from '../gateway/http/score-json.ts';
import { publicServices } from '../gateway/public-services.ts';
import { splitAudit } from '../gateway/split-audit.ts';
import { withholdContent, withholdReplayed } from '../gateway/withheld-content.ts';
import { type AuditRoleConfig, checkFollowing, openAuditRole } from './audit-role.ts';
import {
  type AuditContract,
  auditContract,
  feastContract,
  featureContract,
  type InferenceContract,
  inferenceContract,
  modelContract,
  scoringContract,
} from './contracts.ts';
import { createFeastHandlers } from './feature/feast/feast-handlers.ts';
import { createFeatureService } from './feature/feature-service.ts';
import { inferenceDefaults, type ModelControl } from './inference/config.ts';
import { createInferenceService } from './inference/service.ts';
import type { busSettings } from './kit/bus/config.ts';
import type { Settings } from './kit/config/settings.ts';
import type { Handlers } from './kit/contract/contract.ts';
import { MeshError } from './kit/errors/mesh-error.ts';
import { type Closers, createClosers } from './kit/lifecycle/closers.ts';
import { startOperationsServer } from './kit/lifecycle/operations-server.ts';
import { createLinkService } from './kit/link/link-service.ts';
import type { Log } from './kit/log/log.ts';
import { withTritonErrors } from './kit/open-inference/triton-handlers.ts';
import { startGrpcServer } from './kit/rpc/grpc-server.ts';
import { createInstruments } from './kit/rpc/instruments.ts';
import { edgeClient } from './kit/rpc/local.ts';
import { type Served, serve } from './kit/rpc/served.ts';
import { createMetrics } from './kit/telemetry/prometheus.ts';
import { createTracer } from './kit/telemetry/tracer.ts';
import type { TracingConfig } from './kit/telemetry/tracing-config.ts';
import type { OipStatus, Role } from './mesh-settings.ts';
import { openBus } from './open-bus.ts';
import { type RoleAccess, type RoleClientsConfig, roleAccess } from './role-clients.ts';
import { createJobsApi, jobsApiDefaults } from './scoring/jobs/api.ts';
import { type JobsConfig, jobsDefaults } from './scoring/jobs/config.ts';
import { noJobs } from './scoring/jobs/no-jobs.ts';
import { payloadsStream } from './scoring/jobs/payloads.ts';
import { jobStreams, keepJobStreams } from './scoring/jobs/streams.ts';
import { createWorker } from './scoring/jobs/worker/worker.ts';
import { createScoring } from './scoring/service.ts';

export interface MeshConfig extends AuditRoleConfig {
  readonly roles: readonly Role[];
  readonly addresses: Readonly<Partial<Record<Role, string | undefined>>>;
  readonly host: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly metricsPort: number;
  readonly modelsFolder: string;
  readonly featuresFolder: string | undefined;
  /** How the inference role takes models; what is left out has a default. */
  readonly models?: {
    readonly control?: ModelControl;
    readonly pollMs?: number;
    readonly importFolder?: string | undefined;
  };
  /** How features are kept; what is left out has a default. */
  readonly features?: {
    readonly redisUrl?: string | undefined;
    readonly maxStateBytes?: number;
    readonly selfCheckEvery?: number;
  };
  /** Status codes of the Open Inference Protocol: what is true, or Triton's. */
  readonly oipStatus?: OipStatus;
  /** A read replica of the audit log that a gateway asks instead of the writer, wherever it can. */
  readonly auditReads?: string | undefined;
  readonly bus: Settings<typeof busSettings>;
  /** How jobs are kept and worked off; what is left out has a default. */
  readonly jobs?: Partial<JobsConfig>;
  /** Version of the software. */
  readonly version: string;
  readonly defaultTimeoutMs: number;
  readonly maxInFlight: number;
  readonly graceMs: number;
  /** Makes who sends it the administrator; without one nobody is. */
  readonly adminToken?: string | undefined;
  readonly tracing: TracingConfig;
  /** Whether other processes may link to the roles hosted here. */
  readonly serveLinks: boolean;
  /** Sends local messages through the codec too; for tests. */
  readonly localCodec?: boolean;
  /** Delivers idempotent calls over links twice; for tests. */
  readonly deliverTwice?: boolean;
}

/** A process of the mesh. */
export interface Mesh {
  readonly grpcPort: number;
  /** Undefined without the gateway role. */
  readonly httpPort: number | undefined;
  readonly metricsPort: number;
  /** Where NATS stands: connected, or why not. Undefined in a process that does not use it. */
  nats(): string | undefined;
  /** Why it can't do its work yet; undefined once it can. */
  unready(): MeshError | undefined;
  /** Stops cleanly: refuses new work, finishes what is in flight up to the grace limit, flushes, closes. */
  close(): Promise<void>;
}

/** A role that this process hosts. */
interface Hosted {
  /** As the other roles reach them. */
  readonly services: readonly Served[];
  /** As callers reach them who are no part of the mesh, where that differs. */
  readonly edge?: readonly Served[];
  unready(): MeshError | undefined;
}

/** Calls of one link at once; the other side waits with more. */
const maxInFlightPerLink = 4096;
const healthEveryMs = 200;
/** What an answer may hold beside the content of its outputs. */
const maxAnswerDescription = 16 * 1024;
/** Tensors of one record: request and answer fit into what the audit role seals. */
const maxRecordedBytes = 32 * 1024 * 1024;

/** Hosts the named roles and dials the rest. Resolves when everything listens; if it fails, all that was opened is closed. */
export async function startMesh(config: MeshConfig, log: Log): Promise<Mesh> {
  const closers = createClosers(log);
  try {
    return await open(config, log, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function open(config: MeshConfig, log: Log, closers: Closers): Promise<Mesh> {
  const metrics = createMetrics({ processMetrics: true }, { log }, closers);
  const tracer = createTracer(config.tracing, { log, metrics }, closers);
  const instruments = createInstruments({ tracer, log, metrics });
  const deps = { log, metrics, tracer };
  const always = (): undefined => undefined;
  const has = (role: Role): boolean => config.roles.includes(role);
  const toCallers = (inference: Handlers<InferenceContract>): Handlers<InferenceContract> =>
    config.oipStatus === 'triton' ? withTritonErrors(inference, log) : inference;

  const predicts = (['feature', 'inference'] as const).some(
    (role) => has(role) || config.addresses[role] !== undefined,
  );
  if (config.follow !== undefined) checkFollowing(config, has('gateway') && predicts);
  const hosted = new Map<Role, Hosted>();
  const clients = {
    addresses: config.addresses,
    maxMessageBytes: config.maxMessageBytes,
    localCodec: config.localCodec ?? false,
    deliverTwice: config.deliverTwice ?? false,
  };
  const roleDeps = { instruments, log };
  const accessed = new Map<Role, Promise<RoleAccess>>();
  const access = (role: Role): Promise<RoleAccess> => {
    const known = accessed.get(role) ?? roleAccess(role, hosted.get(role), clients, roleDeps, closers);
    accessed.set(role, known);
    return known;
  };

  if (has('worker') && !has('gateway') && config.bus.urls === undefined)
    throw new MeshError(
      'CONFIG_INVALID',
      'a worker takes jobs that gateways and producers submit to a NATS server that they share: set SCOREMESH_NATS_URL',
    );
  // Events of features come over NATS too, where one is named or the worker role brings its own.
  const usesBus = has('worker') || ((has('feature') || has('gateway')) && config.bus.urls !== undefined);
  const bus = usesBus ? await openBus(config, { log, metrics }, closers) : undefined;
  if (has('audit')) {
    const audit = await openAuditRole(config, { ...deps, instruments }, closers);
    hosted.set('audit', {
      services: [serve(auditContract, audit.handlers, instruments)],
      unready: audit.unready,
    });
  }
  if (has('feature')) {
    const feature = await createFeatureService(
      {
        ...config.features,
        folder: join(config.dataFolder, 'features'),
        declarationsFolder: config.featuresFolder,
      },
      bus === undefined ? deps : { ...deps, bus },
      closers,
    );
    hosted.set('feature', {
      services: [
        serve(featureContract, feature.handlers, instruments),
        serve(feastContract, createFeastHandlers(feature.handlers, config.version), instruments),
      ],
      unready: always,
    });
  }
  if (has('inference')) {
    const knowsFeatures = hosted.has('feature') || config.addresses.feature !== undefined;
    const features = knowsFeatures ? (await access('feature')).client(featureContract) : undefined;
    const inference = await createInferenceService(
      {
        ...inferenceDefaults,
        modelsFolder: config.modelsFolder,
        registryFolder: join(config.dataFolder, 'models'),
        importFolder: config.models?.importFolder,
        control: config.models?.control ?? 'explicit',
        pollMs: config.models?.pollMs ?? 5000,
        maxAnswerBytes: config.maxMessageBytes - maxAnswerDescription,
        streamedTimeoutMs: config.defaultTimeoutMs,
        serverVersion: config.version,
      },
      features === undefined ? deps : { ...deps, features },
      closers,
    );
    const models = serve(modelContract, inference.models, instruments);
    hosted.set('inference', {
      services: [models, serve(inferenceContract, inference.inference, instruments)],
      edge: [models, serve(inferenceContract, toCallers(inference.inference), instruments)],
      unready: inference.ready,
    });
  }

  // Not what a gateway adds: a link also carries internal methods, and who reaches the edge must not append to the log.
  const linked = [...hosted.values()].flatMap((role) => role.services);
  let reachable = [...hosted.values()].flatMap((role) => role.edge ?? role.services);
  const checks = [...hosted.values()].map((role) => role.unready);

  let stopping: MeshError | undefined;
  const unready = (): MeshError | undefined => {
    if (stopping !== undefined) return stopping;
    for (const check of checks) {
      const why = check();
      if (why !== undefined) return why;
    }
    return undefined;
  };

  const replica = has('gateway')
    ? await replicaAccess(config, hosted, clients, roleDeps, closers)
    : undefined;
  /** Whether what is personal of the log is shown to everybody. */
  const isOpen = config.adminToken === undefined;
  if (replica !== undefined && !predicts) {
    // What auditors ask, with nothing to predict.
    const writer = config.addresses.audit === undefined ? replica : await access('audit');
    checks.push(replica.unready);
    const records = auditOver(replica, writer);
    reachable = [serve(auditContract, isOpen ? records : withholdContent(records), instruments)];
  } else if (has('gateway') || has('worker')) {
    const [feature, inference, audit] = await Promise.all([
      access('feature'),
      access('inference'),
      access('audit'),
    ]);
    const scoring = createScoring(
      {
        maxInFlight: config.maxInFlight,
        defaultTimeoutMs: config.defaultTimeoutMs,
        maxPayloadBytes: Math.min(config.maxMessageBytes - maxAnswerDescription, maxRecordedBytes),
      },
      {
        log,
        metrics,
        features: feature.client(featureContract),
        models: inference.client(modelContract),
        inference: inference.client(inferenceContract),
        audit: audit.client(auditContract),
        unready,
      },
      closers,
    );
    checks.push(scoring.unready, feature.unready, inference.unready, audit.unready);
    const jobsConfig = { ...jobsDefaults, ...config.jobs };
    const payloadLimit = { maxPayloadBytes: config.maxMessageBytes };
    const streams = bus && keepJobStreams(jobStreams(jobsConfig), { bus, log }, closers);
    // Apart: jobs that fit into a message need no bucket.
    if (bus) keepJobStreams([payloadsStream(jobsConfig)], { bus, log }, closers);
    const jobs =
      has('gateway') && bus !== undefined
        ? createJobsApi({ ...jobsApiDefaults, ...payloadLimit }, { ...deps, bus })
        : noJobs;
    const recorded = {
      ...scoring,
      scoring: {
        ...scoring.scoring,
        ...jobs,
        ...(isOpen ? {} : { Replay: withholdReplayed(scoring.scoring.Replay) }),
      },
      inference: toCallers(scoring.inference),
    };
    const own = linked.find(({ service }) => service === auditContract.service);
    const forwarded = auditOver(replica ?? audit, audit);
    const records =
      isOpen && replica === undefined && own !== undefined
        ? own
        : serve(auditContract, isOpen ? forwarded : withholdContent(forwarded), instruments);
    if (has('gateway'))
      reachable = publicServices(recorded, { feature, audit: records }, linked, instruments);
    if (has('worker') && bus !== undefined && streams !== undefined) {
      const scored = has('gateway') ? reachable : [serve(scoringContract, recorded.scoring, instruments)];
      createWorker(
        { ...jobsConfig, ...payloadLimit, graceMs: config.graceMs },
        {
          ...deps,
          bus,
          streams,
          unready,
          // As every other score, with its metrics and its span.
          score: edgeClient(scoringContract, scored, 'local').Score,
          answered: scoring.answered,
          refuseForGood: scoring.refuseForGood,
          leaveRefusal: scoring.leaveRefusal,
          expectNew: scoring.expectNew,
          wasRecorded: scoring.wasRecorded,
          readJson: jobScoreRequestOf,
        },
        closers,
      );
    }
  }

  const operations = await startOperationsServer(
    { host: config.host, port: config.metricsPort },
    { metrics, unready },
    closers,
  );
  const links =
    config.serveLinks && linked.length > 0
      ? [createLinkService(linked, instruments, maxInFlightPerLink, config.maxMessageBytes)]
      : [];
  const grpc = await startGrpcServer(
    // A gateway is where callers from outside arrive: it takes nobody's word.
    { ...config, port: config.grpcPort, trustsRoles: links.length > 0 && !has('gateway') },
    reachable,
    links,
    instruments,
    closers,
  );
  const edge = has('gateway') && {
    predictions: predicts
      ? {
          scoring: edgeClient(scoringContract, reachable, 'http'),
          models: edgeClient(modelContract, reachable, 'http'),
          inference: edgeClient(inferenceContract, reachable, 'http'),
        }
      : undefined,
    audit: edgeClient(auditContract, reachable, 'http'),
  };
  const http = edge
    ? await startHttpServer({ ...config, port: config.httpPort }, { ...edge, tracer, unready }, closers)
    : undefined;

  const health = setInterval(() => grpc.setServing(unready() === undefined), healthEveryMs).unref();
  grpc.setServing(unready() === undefined);
  closers.add('health', () => {
    stopping = new MeshError('SHUTTING_DOWN', 'this process is stopping');
    clearInterval(health);
    grpc.setServing(false);
  });
  return {
    grpcPort: grpc.port,
    httpPort: http?.port,
    metricsPort: operations.port,
    nats: () => bus?.state(),
    unready,
    close: () => closers.close(),
  };
}

/** A replica that a gateway reads the audit log from instead of its writer: elsewhere or here; undefined if there is none. */
async function replicaAccess(
  { auditReads, follow }: MeshConfig,
  hosted: ReadonlyMap<Role, Hosted>,
  clients: RoleClientsConfig,
  deps: Parameters<typeof roleAccess>[3],
  closers: Closers,
): Promise<RoleAccess | undefined> {
  if (auditReads === undefined && follow === undefined) return undefined;
  const config = { ...clients, addresses: { audit: auditReads } };
  return await roleAccess('audit', hosted.get('audit'), config, deps, closers);
}

function auditOver(reads: RoleAccess, writer: RoleAccess): Handlers<AuditContract> {
  return splitAudit(reads.client(auditContract), writer.client(auditContract));
}
