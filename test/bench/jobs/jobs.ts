import { measureFairness } from './fairness.ts';
import { measureLatency } from './latency.ts';
import { measureJobMemory } from './memory.ts';
import { measureThroughput } from './throughput.ts';

/** What the job path promises, by name. */
export const jobParts = {
  throughput: measureThroughput,
  latency: measureLatency,
  fairness: measureFairness,
  memory: measureJobMemory,
};
