import { describe, expect, test } from 'vitest';
import { createResource } from '../../../services/kit/telemetry/resource.ts';
import { readTracingConfig } from '../../../services/kit/telemetry/tracing-config.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('OTEL_* settings', () => {
  test('without an endpoint nothing is exported, with one OTLP is', () => {
    expect(readTracingConfig({}).exporter).toBe('none');
    expect(readTracingConfig(endpoint).exporter).toBe('otlp');
    expect(readTracingConfig({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/x' }).exporter).toBe('otlp');
    expect(readTracingConfig({ OTEL_TRACES_EXPORTER: 'otlp' }).otlp.url).toBe(
      'http://localhost:4318/v1/traces',
    );
    expect(readTracingConfig({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }).exporter).toBe('none');
    expect(readTracingConfig({ OTEL_TRACES_EXPORTER: 'console' }).exporter).toBe('console');
    expect(readTracingConfig({ ...endpoint, OTEL_SDK_DISABLED: 'True' }).exporter).toBe('none');
  });

  test('the general endpoint gets the path of traces, the traces endpoint is used as it is', () => {
    expect(readTracingConfig(endpoint).otlp.url).toBe('http://collector:4318/v1/traces');
    expect(readTracingConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c/otel/' }).otlp.url).toBe(
      'http://c/otel/v1/traces',
    );
    const both = { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://other/in' };
    expect(readTracingConfig(both).otlp.url).toBe('https://other/in');
  });

  test('headers are combined, those of traces win, values are percent-decoded', () => {
    const { headers } = readTracingConfig({
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=2',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=3,c=four%20five',
    }).otlp;
    expect(headers).toEqual({ a: '1', b: '3', c: 'four five' });
  });

  test.each([
    [undefined, undefined, { parentBased: true, ratio: 1 }],
    ['always_on', undefined, { parentBased: false, ratio: 1 }],
    ['always_off', '1', { parentBased: false, ratio: 0 }],
    ['traceidratio', '0.25', { parentBased: false, ratio: 0.25 }],
    ['traceidratio', undefined, { parentBased: false, ratio: 1 }],
    ['parentbased_always_on', undefined, { parentBased: true, ratio: 1 }],
    ['parentbased_always_off', undefined, { parentBased: true, ratio: 0 }],
    ['parentbased_traceidratio', '0', { parentBased: true, ratio: 0 }],
  ])('sampler %s with argument %s', (name, argument, sampler) => {
    const config = readTracingConfig({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument });
    expect(config.sampler).toEqual(sampler);
    expect(config.warnings).toEqual([]);
  });

  test('every bad value is warned about by name and value, and the default is used', () => {
    const bad = {
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_TRACES_SAMPLER: 'jaeger_remote',
      OTEL_BSP_SCHEDULE_DELAY: 'soon',
      OTEL_BSP_MAX_QUEUE_SIZE: '-1',
      OTEL_BSP_EXPORT_TIMEOUT: '1.5',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      OTEL_EXPORTER_OTLP_TIMEOUT: '0',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'zip',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    };
    const { warnings, ...config } = readTracingConfig(bad);
    for (const [name, value] of Object.entries(bad)) {
      expect(
        warnings.filter((warning) => warning.includes(`${name}=${value}`)),
        name,
      ).toHaveLength(1);
    }
    const defaults = readTracingConfig({ OTEL_TRACES_EXPORTER: 'otlp' });
    expect(config).toEqual({ ...defaults, warnings: undefined });
  });

  test.each(['-0.1', '1.1', 'half', 'NaN'])(
    'a ratio of %s is warned about and every trace is sampled',
    (argument) => {
      const config = readTracingConfig({
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: argument,
      });
      expect(config.sampler.ratio).toBe(1);
      expect(config.warnings).toHaveLength(1);
    },
  );

  test('a batch is never larger than the queue', () => {
    expect(readTracingConfig({ OTEL_BSP_MAX_QUEUE_SIZE: '100' }).batch.maxExportBatchSize).toBe(100);
    const config = readTracingConfig({
      OTEL_BSP_MAX_QUEUE_SIZE: '100',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '200',
    });
    expect(config.batch.maxExportBatchSize).toBe(100);
    expect(config.warnings).toHaveLength(1);
  });
});

describe('the resource', () => {
  const warnings: string[] = [];
  const make = (serviceName: string, resourceAttributes: string) =>
    createResource({ serviceName, resourceAttributes }, (message) => warnings.push(message));

  test('is called scoremesh unless told otherwise, and every instance has an id', () => {
    expect(make('', '')['service.name']).toBe('scoremesh');
    expect(make('', 'service.name=a')['service.name']).toBe('a');
    expect(make('b', 'service.name=a')['service.name']).toBe('b');
    expect(make('', '')['service.instance.id']).not.toBe(make('', '')['service.instance.id']);
    expect(make('', 'service.instance.id=pod-1')['service.instance.id']).toBe('pod-1');
  });

  test('takes percent-encoded attributes, and none of them if one is malformed', () => {
    expect(make('', 'team=risk%2Cfraud, zone = a ')).toMatchObject({ team: 'risk,fraud', zone: 'a' });
    expect(warnings).toEqual([]);
    for (const bad of ['team', 'team=a,zone', 'a=b=c', 'a=%ZZ', '=x'])
      expect(make('', `x=y,${bad}`)).not.toHaveProperty('x');
    expect(warnings).toHaveLength(5);
  });
});
