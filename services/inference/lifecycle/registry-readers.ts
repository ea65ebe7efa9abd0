import type { Readers } from '../instruments.ts';
import type { Registry } from './registry.ts';

/** The versions that answer, as metrics read them. */
export function countedVersions(registry: Registry): ReturnType<Readers['versions']> {
  return registry.entries.flatMap(({ model: { name: model }, version, served }) => {
    if (served === undefined) return [];
    const { instruments, queuedRequests, queuedRows } = served;
    return [
      { model, version: String(version), statistics: instruments.statistics, queuedRequests, queuedRows },
    ];
  });
}

/** How many versions stand where. */
export function modelStates(registry: Registry): { state: string; count: number }[] {
  const states = {
    MODEL_STATE_LOADING: 0,
    MODEL_STATE_READY: 0,
    MODEL_STATE_FAILED: 0,
    MODEL_STATE_UNLOADED: 0,
    MODEL_STATE_UNLOADING: 0,
    MODEL_STATE_UNSPECIFIED: 0,
  };
  for (const { state } of registry.models) states[state]++;
  return (['LOADING', 'READY', 'FAILED', 'UNLOADED', 'UNLOADING'] as const).map((state) => ({
    state: state.toLowerCase(),
    count: states[`MODEL_STATE_${state}`],
  }));
}
