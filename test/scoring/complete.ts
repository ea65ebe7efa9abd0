import { mergeRecord } from '../../services/audit/sealing/merge.ts';
import type { Record__Output as Record } from '../../services/gen/scoremesh/audit/v1/Record.ts';
import { decodeRecord } from '../../services/scoring/records.ts';

/** The record as a reader of the log gets it: the entry with what was sealed of it. */
export function completeRecord(parts: { readonly record: Buffer; readonly personal: Buffer }): Record {
  const entry = decodeRecord(parts.record);
  return parts.personal.length === 0 ? entry : mergeRecord(entry, decodeRecord(parts.personal));
}
