import { readFileSync } from 'node:fs';
import type * as http from 'node:http';
import { ExportResultCode } from '@opentelemetry/core';
import {
  createOtlpHttpExportDelegate,
  httpAgentFactoryFromOptions,
} from '@opentelemetry/otlp-exporter-base/node-http';
import protobuf from 'protobufjs/minimal.js';
import type { Log } from '../log/log.ts';
import { createSpanEncoder } from './otlp-encoder.ts';
import type { AttributeValue, Span } from './span.ts';
import type { SpanClock } from './span-clock.ts';
import type { SpanExporter } from './span-exporter.ts';
import type { OtlpConfig } from './tracing-config.ts';

/** Above what the sender of batches has under way, so that this limit of the library is never the one that is met. */
const concurrencyLimit = 64;

/**
 * Posts spans as OTLP over HTTP with the SDK's own transport (headers, gzip, keep-alive, Retry-After, back-off within the time
 * limit) and our encoder. A batch that fails for good rejects with what the other side said.
 */
export function createOtlpExporter(
  config: OtlpConfig,
  deps: {
    readonly resource: Readonly<Record<string, AttributeValue>>;
    readonly clock: SpanClock;
    readonly log: Log;
  },
): SpanExporter {
  const encoder = createSpanEncoder(deps.resource, { name: 'scoremesh', version: '' });
  const makeAgent = httpAgentFactoryFromOptions({ keepAlive: true, ...readCredentials(config, deps.log) });
  let agent: http.Agent | undefined;
  let closed = false;
  let refused = 0;

  const delegate = createOtlpHttpExportDelegate<readonly Span[], void>(
    {
      url: config.url,
      compression: config.compression,
      timeoutMillis: config.timeoutMs,
      concurrencyLimit,
      userAgent: 'scoremesh',
      headers: async () => {
        if (closed) throw new Error('the exporter is closed');
        return { ...config.headers, 'Content-Type': 'application/x-protobuf' };
      },
      agentFactory: async (protocol) => {
        agent = await makeAgent(protocol);
        return agent;
      },
    },
    {
      serializeRequest: (spans) => encoder.encode(spans, deps.clock.origin()),
      deserializeResponse: (bytes) => {
        // The library reads a response in the same turn as it reports the export's success.
        refused = readRefusedSpans(bytes);
      },
    },
    'otlp_http_span_exporter',
    { name: 'span', countItems: (spans) => spans.length },
    undefined,
  );

  return {
    export: (spans) =>
      new Promise((resolve, reject) => {
        delegate.export(spans, (result) => {
          if (result.code === ExportResultCode.SUCCESS) resolve(refused);
          else reject(result.error ?? new Error(`${config.url} did not take the spans`));
          refused = 0;
        });
      }),
    close: () => {
      closed = true;
      agent?.destroy();
    },
  };
}

/** ExportTraceServiceResponse.partial_success.rejected_spans. */
function readRefusedSpans(bytes: Uint8Array): number {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag !== 0x0a) {
      reader.skipType(tag & 7);
      continue;
    }
    const end = reader.uint32() + reader.pos;
    while (reader.pos < end) {
      const inner = reader.uint32();
      if (inner === 0x08) return Number(reader.int64());
      reader.skipType(inner & 7);
    }
  }
  return 0;
}

function readCredentials(config: OtlpConfig, log: Log): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  const read = (file: string): Buffer | undefined => {
    if (file === '') return undefined;
    try {
      return readFileSync(file);
    } catch (error) {
      log.warn('a certificate file of the trace exporter cannot be read; it is ignored', { file, error });
      return undefined;
    }
  };
  const ca = read(config.certificateFile);
  const cert = read(config.clientCertificateFile);
  const key = read(config.clientKeyFile);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}
