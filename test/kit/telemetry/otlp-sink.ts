import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decodeExport, encodeRefusal, type SinkSpan } from './otlp-proto.ts';

export type { SinkSpan } from './otlp-proto.ts';

/** How the sink answers the next exports. */
export type SinkAnswer =
  | 'accept'
  /** 400: the batch is lost, an exporter does not try again. */
  | 'fail'
  /** Reads the request and never answers. */
  | 'hang'
  /** 200 with partial success: so many spans refused. */
  | { readonly refuse: number };

/** A trace collector for tests: takes OTLP over HTTP (protobuf, gzip or not) on a free port of 127.0.0.1. */
export interface OtlpSink {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT, e.g. "http://127.0.0.1:34567". */
  readonly endpoint: string;
  /** What was taken, in order of arrival; the oldest leave beyond 100,000. */
  readonly spans: readonly SinkSpan[];
  /** Headers of the last 100 exports. */
  readonly requests: readonly IncomingHttpHeaders[];
  answer(answer: SinkAnswer): void;
  /** Forgets spans and requests. */
  clear(): void;
  /** Resolves with the spans once the predicate holds for them; rejects after the limit (10 s), telling what there is. */
  waitFor(
    predicate: (spans: readonly SinkSpan[]) => boolean,
    options?: { readonly timeoutMs?: number; readonly what?: string },
  ): Promise<readonly SinkSpan[]>;
  /** Resolves once an export has been received, whatever the answer, after this was called. */
  nextRequest(): Promise<void>;
  close(): Promise<void>;
}

const maxSpans = 100_000;
const maxRequests = 100;
const maxBodyBytes = 64 * 1024 * 1024;

export async function createOtlpSink(): Promise<OtlpSink> {
  const spans: SinkSpan[] = [];
  const requests: IncomingHttpHeaders[] = [];
  const watchers = new Set<() => void>();
  const requestWatchers = new Set<() => void>();
  let answering: SinkAnswer = 'accept';

  const take = (body: Buffer, headers: IncomingHttpHeaders, response: ServerResponse): void => {
    requests.push(headers);
    if (requests.length > maxRequests) requests.shift();
    for (const watcher of requestWatchers) watcher();
    requestWatchers.clear();
    if (answering === 'hang') return;
    if (answering === 'fail') {
      response.writeHead(400).end();
      return;
    }
    const taken = decodeExport(headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
    response.writeHead(200, { 'content-type': 'application/x-protobuf' });
    response.end(answering === 'accept' ? undefined : encodeRefusal(answering.refuse));
    for (const span of taken) spans.push(span);
    if (spans.length > maxSpans) spans.splice(0, spans.length - maxSpans);
    for (const watcher of [...watchers]) watcher();
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBodyBytes) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      if (request.method !== 'POST' || request.url !== '/v1/traces') response.writeHead(404).end();
      else take(Buffer.concat(chunks), request.headers, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    requests,
    answer: (next) => {
      answering = next;
    },
    clear: () => {
      spans.length = 0;
      requests.length = 0;
    },
    waitFor: (predicate, { timeoutMs = 10_000, what = 'the spans' } = {}) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!predicate(spans)) return;
          stop();
          resolve(spans);
        };
        const stop = (): void => {
          clearTimeout(timer);
          watchers.delete(check);
        };
        const timer = setTimeout(() => {
          stop();
          const names = spans.slice(-20).map((span) => span.name);
          reject(
            new Error(
              `${what} did not arrive within ${timeoutMs} ms; ${spans.length} did: ${names.join(', ')}`,
            ),
          );
        }, timeoutMs);
        watchers.add(check);
        check();
      }),
    nextRequest: () =>
      new Promise((resolve) => {
        requestWatchers.add(resolve);
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
