import { measureHistory } from './history.ts';
import { measureIngest } from './ingest.ts';
import { measureLink } from './link.ts';
import { measureReads } from './reads.ts';

/** What the feature role promises, by name. */
export const featureParts = {
  'reads in process': measureReads,
  'reads over a link': measureLink,
  'reads as of an earlier time': measureHistory,
  'ingest of flights': measureIngest,
};
