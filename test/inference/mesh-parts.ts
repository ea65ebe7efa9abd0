import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../services/gen/inference/ModelInferRequest.ts';
import { type InferenceConfig, inferenceDefaults } from '../../services/inference/config.ts';
import { createInferenceService, type InferenceService } from '../../services/inference/service.ts';
import { type Call, startCall } from '../../services/kit/contract/call.ts';
import { type Closers, createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import type { GaugeSample, Metrics } from '../../services/kit/telemetry/metrics.ts';
import type { Span, Tracer } from '../../services/kit/telemetry/span.ts';

/** The settings of an inference role under test, but for its folder of models. */
export const serviceDefaults = {
  ...inferenceDefaults,
  registryFolder: join(tmpdir(), 'scoremesh-no-registry'),
  importFolder: undefined,
  control: 'explicit',
  pollMs: 100,
} as const;

/** Metrics that can be asked: counts and observations by "name{labels}". */
export interface ReadableMetrics extends Metrics {
  readonly counts: ReadonlyMap<string, number>;
  readonly observations: ReadonlyMap<string, readonly number[]>;
  /** A gauge, or a counter that is read. */
  read(name: string): readonly GaugeSample[];
}

export function createReadableMetrics(): ReadableMetrics {
  const counts = new Map<string, number>();
  const observations = new Map<string, number[]>();
  const gauges = new Map<string, () => readonly GaugeSample[]>();
  return {
    counts,
    observations,
    read: (name) => gauges.get(name)!(),
    counter: (name) => ({
      labels: (...values) => ({
        add: (amount = 1) => {
          const key = `${name}{${values}}`;
          counts.set(key, (counts.get(key) ?? 0) + amount);
        },
      }),
    }),
    histogram: (name) => ({
      labels: (...values) => {
        const seen: number[] = [];
        observations.set(`${name}{${values}}`, seen);
        return { observe: (value) => seen.push(value) };
      },
    }),
    gauge: (name, _help, _labels, read) => {
      gauges.set(name, read);
    },
    observedCounter: (name, _help, _labels, read) => {
      gauges.set(name, read);
    },
    expose: async () => '',
  };
}

/** A tracer whose ended spans can be looked at. */
export interface ReadableTracer extends Tracer {
  readonly ended: readonly Span[];
}

export function createReadableTracer(): ReadableTracer {
  const ended: Span[] = [];
  let ids = 0;
  return {
    ended,
    enter: () => {
      throw new Error('nothing enters here');
    },
    start: (name, kind, parent) =>
      parent.sampled
        ? {
            traceId: parent.traceId,
            spanId: `span-${ids++}`,
            sampled: true,
            state: '',
            name,
            kind,
            parentSpanId: parent.spanId,
            startedAt: performance.now(),
            attributes: {},
            links: undefined,
            endedAt: 0,
            error: undefined,
          }
        : undefined,
    end: (span, error) => {
      span.endedAt = performance.now();
      span.error = error?.message;
      ended.push(span);
    },
  };
}

/** Files by their path below a new models folder. */
export type ModelFiles = Readonly<Record<string, Buffer | string>>;

export async function writeModels(files: ModelFiles, closers: Closers): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scoremesh-models-'));
  closers.add('models', () => rm(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

export interface TestService extends InferenceService {
  readonly metrics: ReadableMetrics;
  readonly tracer: ReadableTracer;
  readonly closers: Closers;
  readonly modelsFolder: string;
  readonly registryFolder: string;
}

/** The inference role over these files, with everything loaded. */
export async function startService(
  files: ModelFiles,
  settings: Partial<InferenceConfig> = {},
): Promise<TestService> {
  const closers = createClosers(silentLog);
  const modelsFolder = await writeModels(files, closers);
  const registryFolder = await writeModels({}, closers);
  const metrics = createReadableMetrics();
  const tracer = createReadableTracer();
  const service = await createInferenceService(
    { ...serviceDefaults, serverVersion: '0.0.0-test', modelsFolder, registryFolder, ...settings },
    { log: silentLog, metrics, tracer },
    closers,
  );
  await service.loaded;
  return {
    ...service,
    metrics,
    tracer,
    closers,
    modelsFolder: settings.modelsFolder ?? modelsFolder,
    registryFolder: settings.registryFolder ?? registryFolder,
  };
}

export function newCall(timeoutMs = 30_000): Call {
  return startCall({ timeoutMs, principal: 'test' });
}

/** A call whose trace is sampled. */
export function tracedCall(tracer: ReadableTracer, traceId: string): Call & { readonly span: Span } {
  const span = tracer.start('test', 2, { traceId, spanId: 'root', sampled: true, state: '' })!;
  return { ...newCall(), trace: span, span };
}

export interface RawInput {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly (number | string)[];
  readonly raw: ArrayBufferView;
}

/** A complete ModelInferRequest with raw contents. */
export function inferRequest(
  modelName: string,
  inputs: readonly RawInput[],
  rest: Partial<ModelInferRequest> = {},
): ModelInferRequest {
  return {
    modelName,
    modelVersion: '',
    id: '',
    parameters: {},
    inputs: inputs.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: shape.map(String),
      parameters: {},
      contents: null,
    })),
    outputs: [],
    rawInputContents: inputs.map(({ raw }) => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)),
    ...rest,
  };
}

/** A request of FP32 rows for input "x". */
export function rowsRequest(
  modelName: string,
  rows: readonly (readonly number[])[],
  rest: Partial<ModelInferRequest> = {},
): ModelInferRequest {
  const raw = Float32Array.from(rows.flat());
  return inferRequest(
    modelName,
    [{ name: 'x', datatype: 'FP32', shape: [rows.length, rows[0]!.length], raw }],
    rest,
  );
}

export function floatsOf(raw: Buffer | undefined): number[] {
  return [...new Float32Array(Uint8Array.from(raw!).buffer)];
}
