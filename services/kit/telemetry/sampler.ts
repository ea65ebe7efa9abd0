/** OTEL_TRACES_SAMPLER: whether the caller's decision counts, and what is decided without one. */
export interface SamplerConfig {
  readonly parentBased: boolean;
  /** Fraction of traces, 0 to 1, that is sampled where the caller's decision does not count. */
  readonly ratio: number;
}

/** `parentSampled` is undefined for a new root. */
export type Sampler = (traceId: string, parentSampled: boolean | undefined) => boolean;

/**
 * The built-in samplers of https://opentelemetry.io/docs/specs/otel/trace/sdk/#sampling. A ratio is decided on the low 56 bits of
 * the trace id, which W3C wants random (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/): every
 * process decides alike, and what a low ratio samples a higher one samples too.
 */
export function createSampler({ parentBased, ratio }: SamplerConfig): Sampler {
  const root = rootDecision(ratio);
  if (!parentBased) return (traceId) => root(traceId);
  return (traceId, parentSampled) => parentSampled ?? root(traceId);
}

function rootDecision(ratio: number): (traceId: string) => boolean {
  if (ratio >= 1) return () => true;
  if (ratio <= 0) return () => false;
  const threshold = (1 - ratio) * 2 ** 56;
  return (traceId) => Number.parseInt(traceId.slice(18), 16) >= threshold;
}
