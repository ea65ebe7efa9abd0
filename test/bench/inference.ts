import { measureBatching } from './batching.ts';
import { measureLoading } from './loading.ts';
import { measureMemory } from './memory.ts';
import { measureOverload } from './overload.ts';
import { type Finding, printFindings, progress } from './report.ts';

export interface InferenceOptions {
  /** Takes the parts of whose names this is a part. */
  readonly only: string;
  readonly rounds: number;
  readonly short: boolean;
}

const parts: Readonly<Record<string, (options: InferenceOptions) => Promise<Finding[]>>> = {
  'batching against run per request': measureBatching,
  'p99 while models load': measureLoading,
  'goodput under overload': measureOverload,
  'memory after loads and unloads': measureMemory,
};

/** What the inference role promises besides CPU per request; prints the table. */
export async function measureInference(options: InferenceOptions): Promise<void> {
  const findings: Finding[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (!name.includes(options.only)) continue;
    progress(name);
    findings.push(...(await measure(options)));
  }
  progress('');
  if (findings.length > 0) printFindings('The inference role', findings);
}
