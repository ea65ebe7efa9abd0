import type { Command } from 'commander';
import { grouped } from '../features/progress.ts';
import { unixMsOfText } from '../moment.ts';
import type { Terminal } from '../output.ts';
import { type AuditStateHost, type StateOptions, sizeText, stateCommand } from './state-host.ts';

interface PruneOptions extends StateOptions {
  readonly before: number;
}

/** `scoremesh audit prune`. */
export function addPruneCommand(audit: Command, host: AuditStateHost, terminal: Terminal): void {
  stateCommand(
    audit,
    'prune',
    'remove the oldest entries of the audit log of this machine, in whole segments; the audit role must not run',
  )
    .requiredOption(
      '--before <time>',
      'remove what was recorded before, ISO 8601 or Unix milliseconds',
      unixMsOfText,
    )
    .addHelpText(
      'after',
      '\nThe log itself records it. Tree, proofs and receipts stay valid, also those of removed entries; their content is gone.\nA running audit role does this by itself where SCOREMESH_AUDIT_RETENTION is set.\n\nExample:\n  scoremesh audit prune --before 2025-01-01',
    )
    .action(async ({ before, data }: PruneOptions) => {
      const pruned = await host.auditFolder(data).prune(before);
      const { entries, keptByMs, minimumIndex, segments, sizeBytes } = pruned;
      const kept =
        keptByMs === undefined
          ? 'the last segment stays, and what no full tile of the tree covers yet'
          : `the next segment has an entry of ${new Date(keptByMs).toISOString()}`;
      terminal.out(
        segments === 0
          ? `nothing pruned: ${kept}`
          : `pruned ${grouped(entries)} entries in ${segments} segments, ${sizeText(sizeBytes)}; minimum index ${grouped(minimumIndex)}; ${kept}`,
      );
    });
}
