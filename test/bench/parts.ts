import type { Effort } from './effort.ts';
import { type Finding, printFindings, progress } from './report.ts';

/** Measures the parts for which this is true of their name, one after the other; prints the table. */
export async function measureParts(
  title: string,
  parts: Readonly<Record<string, (effort: Effort) => Promise<Finding[]>>>,
  effort: Effort,
  wanted: (name: string) => boolean,
): Promise<void> {
  const findings: Finding[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (!wanted(name)) continue;
    progress(name);
    findings.push(...(await measure(effort)));
  }
  progress('');
  if (findings.length > 0) printFindings(title, findings);
}
