import type { Closers } from '../lifecycle/closers.ts';
import type { Log } from '../log/log.ts';
import type { Metrics } from './metrics.ts';
import type { Span } from './span.ts';
import type { SpanExporter } from './span-exporter.ts';
import { SpanQueue } from './span-queue.ts';
import type { BatchConfig } from './tracing-config.ts';

/** Batches under way at once. One at a time would cap the rate at one batch a round trip. */
const maxExporting = 8;
const maxFlushOnCloseMs = 3_000;
/** A collector that failed the last batch is unlikely to take the next. */
const maxFlushOnCloseIfFailingMs = 500;
/** Failures are reported at most this often. */
const reportEveryMs = 60_000;

/** Queues ended spans and exports them in batches, off the path of the answer. */
export interface SpanSender {
  /** Never waits; a full queue drops the span, which is counted. */
  add(span: Span): void;
}

/**
 * A batch leaves at the end of the turn in which it became full, or when its oldest span has waited the schedule delay.
 * Closing exports what is queued, within the export's time limit and three seconds.
 */
export function createSpanSender(
  config: BatchConfig,
  deps: { readonly exporter: SpanExporter; readonly log: Log; readonly metrics: Metrics },
  closers: Closers,
): SpanSender {
  const { exporter, log, metrics } = deps;
  const queue = new SpanQueue(config.maxQueueSize);
  const exporting = new Set<Promise<void>>();
  const exported = metrics
    .counter('scoremesh_trace_spans_exported_total', 'Spans that the trace collector took.', [])
    .labels();
  const dropped = metrics.counter('scoremesh_trace_spans_dropped_total', 'Spans that were lost, by reason.', [
    'reason',
  ]);
  const queueFull = dropped.labels('queue_full');
  const lostOnShutdown = dropped.labels('shutdown');
  metrics.gauge('scoremesh_trace_queue_spans', 'Ended spans that wait for their export.', [], () => [
    { labels: [], value: queue.size },
  ]);

  let timer: NodeJS.Timeout | undefined;
  let scheduled = false;
  /** Spans whose delay is over: they leave even in a batch that is not full. */
  let due = 0;
  let closed = false;
  let underWay = 0;
  /** Once true, what is under way is counted as lost already. */
  let gaveUp = false;
  let failing = false;
  let reportedAt = Number.NEGATIVE_INFINITY;

  const wanted = (): boolean =>
    queue.size > 0 && exporting.size < maxExporting && (due > 0 || queue.size >= config.maxExportBatchSize);

  const schedule = (): void => {
    if (scheduled || closed || !wanted()) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (!closed && wanted()) send();
    });
  };

  const send = (): void => {
    const spans = queue.take(config.maxExportBatchSize);
    due = Math.max(0, due - spans.length);
    underWay += spans.length;
    const done = exportBatch(spans).finally(() => {
      exporting.delete(done);
      underWay -= spans.length;
      schedule();
    });
    exporting.add(done);
  };

  const exportBatch = async (spans: readonly Span[]): Promise<void> => {
    try {
      const refused = await within(config.exportTimeoutMs, exporter.export(spans), false);
      if (gaveUp) return;
      failing = false;
      exported.add(spans.length - refused);
      if (refused > 0) dropped.labels('refused').add(refused);
    } catch (error) {
      if (gaveUp) return;
      failing = true;
      dropped.labels('export_failed').add(spans.length);
      report(error, spans.length);
    }
  };

  const report = (error: unknown, spans: number): void => {
    const now = performance.now();
    if (now - reportedAt < reportEveryMs) return;
    reportedAt = now;
    log.warn('spans could not be exported; scoremesh_trace_spans_dropped_total counts on', { spans, error });
  };

  closers.add('trace export', async () => {
    closed = true;
    clearTimeout(timer);
    const limitMs = failing ? maxFlushOnCloseIfFailingMs : maxFlushOnCloseMs;
    const deadline = performance.now() + Math.min(config.exportTimeoutMs, limitMs);
    while (queue.size > 0 || exporting.size > 0) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) break;
      while (queue.size > 0 && exporting.size < maxExporting) send();
      await within(leftMs, Promise.race(exporting), true).catch(() => {});
    }
    gaveUp = true;
    lostOnShutdown.add(queue.take(queue.size).length + underWay);
    exporter.close();
  });

  return {
    add: (span) => {
      if (closed) {
        lostOnShutdown.add();
        return;
      }
      // A burst within one turn of the event loop fills the queue before the turn's end could empty it.
      if (queue.size === config.maxQueueSize && wanted()) send();
      if (!queue.push(span)) {
        queueFull.add();
        return;
      }
      timer ??= setTimeout(() => {
        timer = undefined;
        due = queue.size;
        schedule();
      }, config.scheduleDelayMs).unref();
      if (queue.size >= config.maxExportBatchSize) schedule();
    },
  };
}

/** The promise's result, or a rejection after this long; the promise itself goes on. */
async function within<T>(timeoutMs: number, promise: Promise<T>, keepsAlive: boolean): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${Math.ceil(timeoutMs)} ms`)), timeoutMs);
    if (!keepsAlive) timer.unref();
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
