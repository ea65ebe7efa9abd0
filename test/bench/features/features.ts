import type { Effort } from '../effort.ts';
import { type Finding, printFindings, progress } from '../report.ts';
import { measureHistory } from './history.ts';
import { measureIngest } from './ingest.ts';
import { measureLink } from './link.ts';
import { measureReads } from './reads.ts';

/** What the feature role promises, by name. */
const parts: Readonly<Record<string, (effort: Effort) => Promise<Finding[]>>> = {
  'reads in process': measureReads,
  'reads over a link': measureLink,
  'reads as of an earlier time': measureHistory,
  'ingest of flights': measureIngest,
};

/** Measures the parts for which this is true of their name; prints the table. */
export async function measureFeatures(effort: Effort, wanted: (name: string) => boolean): Promise<void> {
  const findings: Finding[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (!wanted(name)) continue;
    progress(name);
    findings.push(...(await measure(effort)));
  }
  progress('');
  if (findings.length > 0) printFindings('The feature role', findings);
}
