import { measureBatching } from './batching.ts';
import type { Effort } from './effort.ts';
import { measureLoading } from './loading.ts';
import { measureMemory } from './memory.ts';
import { measureOverload } from './overload.ts';
import { type Finding, printFindings, progress } from './report.ts';

/** What the inference role promises besides CPU per request, by name. */
const parts: Readonly<Record<string, (effort: Effort) => Promise<Finding[]>>> = {
  'batching against run per request': measureBatching,
  'p99 while models load': measureLoading,
  'goodput under overload': measureOverload,
  'memory after loads and unloads': measureMemory,
};

/** Measures the parts for which this is true of their name; prints the table. */
export async function measureInference(effort: Effort, wanted: (name: string) => boolean): Promise<void> {
  const findings: Finding[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (!wanted(name)) continue;
    progress(name);
    findings.push(...(await measure(effort)));
  }
  progress('');
  if (findings.length > 0) printFindings('The inference role', findings);
}
