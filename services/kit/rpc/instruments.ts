import type { Log } from '../log/log.ts';
import { durationBuckets, type Histogram, type Metrics } from '../telemetry/metrics.ts';
import type { Tracer } from '../telemetry/span.ts';

/** How a request came: by reference, over a link, or as an ordinary gRPC or HTTP call. */
export type Placement = 'local' | 'link' | 'grpc' | 'http';

/** Whether such a request comes from outside the mesh. */
export function isEdge(placement: Placement): boolean {
  return placement === 'grpc' || placement === 'http';
}

/** What every binding records with, so that a request looks the same in every placement. */
export interface Instruments {
  readonly tracer: Tracer;
  readonly log: Log;
  /** The histogram of served requests; its count is the request count. */
  served(method: string, code: string, model: string, placement: Placement): Histogram;
}

export function createInstruments(deps: { tracer: Tracer; log: Log; metrics: Metrics }): Instruments {
  const durations = deps.metrics.histogram(
    'scoremesh_request_duration_seconds',
    'Time from the arrival of a request at a service to its answer.',
    ['method', 'code', 'model', 'placement'],
    durationBuckets,
  );
  return {
    tracer: deps.tracer,
    log: deps.log,
    served: (method, code, model, placement) => durations.labels(method, code, model, placement),
  };
}
