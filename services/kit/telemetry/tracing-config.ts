import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import type { SamplerConfig } from './sampler.ts';

/** What the OTEL_* variables say about tracing (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). */
export interface TracingConfig {
  /** Where ended spans go. "none" also where OTEL_SDK_DISABLED is true. */
  readonly exporter: 'otlp' | 'console' | 'none';
  readonly sampler: SamplerConfig;
  readonly batch: BatchConfig;
  readonly otlp: OtlpConfig;
  /** OTEL_SERVICE_NAME; empty if unset. */
  readonly serviceName: string;
  /** OTEL_RESOURCE_ATTRIBUTES as it is written. */
  readonly resourceAttributes: string;
  /** Bad values, which the specification wants warned about and replaced by the default. */
  readonly warnings: readonly string[];
}

export interface BatchConfig {
  /** Spans are sent after at most this long. */
  readonly scheduleDelayMs: number;
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
  readonly exportTimeoutMs: number;
}

export interface OtlpConfig {
  /** Full address of the traces endpoint. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'none' | 'gzip';
  /** Of one export with its retries. */
  readonly timeoutMs: number;
  /** Files with the trusted certificate, the client's certificate and its key; empty for none. */
  readonly certificateFile: string;
  readonly clientCertificateFile: string;
  readonly clientKeyFile: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const defaultUrl = 'http://localhost:4318/v1/traces';

/**
 * Reads OTEL_*; never fails. The exporter is "otlp" by default only where an endpoint is named: the specification's default
 * would have every mesh without a collector try localhost for ever.
 */
export function readTracingConfig(env: Env): TracingConfig {
  const reader = createEnvReader(env);
  const disabled = reader.text('OTEL_SDK_DISABLED').toLowerCase() === 'true';
  const exporter = reader.oneOf(
    'OTEL_TRACES_EXPORTER',
    ['otlp', 'console', 'none'] as const,
    reader.otlp('ENDPOINT') === '' ? 'none' : 'otlp',
  );
  const batch = readBatch(reader);
  const protocol = reader.otlp('PROTOCOL');
  if (exporter === 'otlp' && protocol !== '' && protocol !== 'http/protobuf') {
    reader.warn(`OTEL_EXPORTER_OTLP_PROTOCOL=${protocol} is not supported; http/protobuf is used`);
  }
  return {
    exporter: disabled ? 'none' : exporter,
    sampler: readSampler(reader),
    batch,
    otlp: {
      url: readUrl(reader),
      headers: {
        ...parseKeyPairsIntoRecord(reader.text('OTEL_EXPORTER_OTLP_HEADERS')),
        ...parseKeyPairsIntoRecord(reader.text('OTEL_EXPORTER_OTLP_TRACES_HEADERS')),
      },
      compression: reader.oneOf(reader.otlpName('COMPRESSION'), ['none', 'gzip'] as const, 'none'),
      timeoutMs: reader.number(reader.otlpName('TIMEOUT'), 10_000, 1),
      certificateFile: reader.otlp('CERTIFICATE'),
      clientCertificateFile: reader.otlp('CLIENT_CERTIFICATE'),
      clientKeyFile: reader.otlp('CLIENT_KEY'),
    },
    serviceName: reader.text('OTEL_SERVICE_NAME'),
    resourceAttributes: reader.text('OTEL_RESOURCE_ATTRIBUTES'),
    warnings: disabled ? [] : reader.warnings,
  };
}

function readBatch(reader: EnvReader): BatchConfig {
  const maxQueueSize = reader.number('OTEL_BSP_MAX_QUEUE_SIZE', 2048, 1, 1_000_000);
  const maxExportBatchSize = reader.number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', Math.min(512, maxQueueSize), 1);
  if (maxExportBatchSize > maxQueueSize) {
    reader.warn(
      `OTEL_BSP_MAX_EXPORT_BATCH_SIZE=${maxExportBatchSize} exceeds OTEL_BSP_MAX_QUEUE_SIZE=${maxQueueSize}, which is used for both`,
    );
  }
  return {
    scheduleDelayMs: reader.number('OTEL_BSP_SCHEDULE_DELAY', 5000, 1),
    maxQueueSize,
    maxExportBatchSize: Math.min(maxExportBatchSize, maxQueueSize),
    exportTimeoutMs: reader.number('OTEL_BSP_EXPORT_TIMEOUT', 30_000, 1),
  };
}

const samplers = {
  always_on: { parentBased: false, ratio: 1 },
  always_off: { parentBased: false, ratio: 0 },
  traceidratio: { parentBased: false, ratio: undefined },
  parentbased_always_on: { parentBased: true, ratio: 1 },
  parentbased_always_off: { parentBased: true, ratio: 0 },
  parentbased_traceidratio: { parentBased: true, ratio: undefined },
} as const;

function readSampler(reader: EnvReader): SamplerConfig {
  const names = Object.keys(samplers) as (keyof typeof samplers)[];
  const { parentBased, ratio } =
    samplers[reader.oneOf('OTEL_TRACES_SAMPLER', names, 'parentbased_always_on')];
  if (ratio !== undefined) return { parentBased, ratio };
  const text = reader.text('OTEL_TRACES_SAMPLER_ARG');
  const given = text === '' ? 1 : Number(text);
  if (given >= 0 && given <= 1) return { parentBased, ratio: given };
  reader.warn(`OTEL_TRACES_SAMPLER_ARG=${text} is not a ratio from 0 to 1; every trace is sampled`);
  return { parentBased, ratio: 1 };
}

/** The traces endpoint is used as it is; to the general one the signal's path is added. */
function readUrl(reader: EnvReader): string {
  const name = reader.otlpName('ENDPOINT');
  const text = reader.text(name);
  if (text === '') return defaultUrl;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    reader.warn(`${name}=${text} is not an http or https address; ${defaultUrl} is used`);
    return defaultUrl;
  }
  return name.includes('TRACES') ? new URL(text).href : `${text.replace(/\/$/, '')}/v1/traces`;
}

interface EnvReader {
  readonly warnings: string[];
  warn(message: string): void;
  /** Empty means unset. */
  text(name: string): string;
  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T;
  /** A whole number from `least` to `most`. */
  number(name: string, fallback: number, least: number, most?: number): number;
  /** The name that counts: OTEL_EXPORTER_OTLP_TRACES_* if it is set, else OTEL_EXPORTER_OTLP_*. */
  otlpName(setting: string): string;
  otlp(setting: string): string;
}

function createEnvReader(env: Env): EnvReader {
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
  };
  const text = (name: string): string => env[name]?.trim() ?? '';
  const otlpName = (setting: string): string => {
    const name = `OTEL_EXPORTER_OTLP_TRACES_${setting}`;
    return text(name) === '' ? `OTEL_EXPORTER_OTLP_${setting}` : name;
  };
  return {
    warnings,
    warn,
    text,
    oneOf: (name, allowed, fallback) => {
      const given = text(name).toLowerCase();
      if (given === '') return fallback;
      const found = allowed.find((value) => value === given);
      if (found === undefined)
        warn(`${name}=${text(name)} is not one of ${allowed.join(', ')}; ${fallback} is used`);
      return found ?? fallback;
    },
    number: (name, fallback, least, most = 2 ** 31 - 1) => {
      const given = text(name);
      if (given === '') return fallback;
      const value = Number(given);
      if (Number.isInteger(value) && value >= least && value <= most) return value;
      warn(`${name}=${given} is not a whole number from ${least} to ${most}; ${fallback} is used`);
      return fallback;
    },
    otlpName,
    otlp: (setting) => text(otlpName(setting)),
  };
}
