import { measureBatching } from './batching.ts';
import { measureLoading } from './loading.ts';
import { measureMemory } from './memory.ts';
import { measureOverload } from './overload.ts';

/** What the inference role promises besides CPU per request, by name. */
export const inferenceParts = {
  'batching against run per request': measureBatching,
  'p99 while models load': measureLoading,
  'goodput under overload': measureOverload,
  'memory after loads and unloads': measureMemory,
};
