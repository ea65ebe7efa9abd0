import type { Log } from '../log/log.ts';
import { createOtlpExporter } from './otlp-exporter.ts';
import { createResource } from './resource.ts';
import type { Span } from './span.ts';
import { createSpanClock, type SpanClock } from './span-clock.ts';
import type { TracingConfig } from './tracing-config.ts';

/** Sends spans somewhere. */
export interface SpanExporter {
  /** Resolves with the number of spans that the other side refused; rejects if the batch did not arrive. */
  export(spans: readonly Span[]): Promise<number>;
  /** Gives up what is under way. */
  close(): void;
}

/** The exporter that the configuration names; undefined for none. */
export function createSpanExporter(
  config: TracingConfig,
  deps: { readonly log: Log },
): SpanExporter | undefined {
  if (config.exporter === 'none') return undefined;
  const clock = createSpanClock();
  const resource = createResource(config, (message) => deps.log.warn(message));
  if (config.exporter === 'console') {
    return createConsoleExporter(resource, clock, (line) => process.stdout.write(line));
  }
  return createOtlpExporter(config.otlp, { resource, clock, log: deps.log });
}

/** One JSON object a line. */
export function createConsoleExporter(
  resource: Readonly<Record<string, unknown>>,
  clock: SpanClock,
  write: (line: string) => void,
): SpanExporter {
  return {
    export: async (spans) => {
      const originMs = Number(clock.origin()) / 1e6;
      for (const { startedAt, endedAt, sampled: _, ...span } of spans) {
        const startTime = new Date(originMs + startedAt).toISOString();
        write(`${JSON.stringify({ ...span, startTime, durationMs: endedAt - startedAt, resource })}\n`);
      }
      return 0;
    },
    close: () => {},
  };
}
