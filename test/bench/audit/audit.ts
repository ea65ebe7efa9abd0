import { measureAppends } from './appends.ts';
import { measureReceipts } from './receipts.ts';

/** What the audit role promises, by name. */
export const auditParts = {
  appends: measureAppends,
  receipts: measureReceipts,
};
