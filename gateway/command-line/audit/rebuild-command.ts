import type { Command } from 'commander';
import { createProgress, grouped } from '../features/progress.ts';
import type { Terminal } from '../output.ts';
import { type AuditStateHost, type StateOptions, stateCommand } from './state-host.ts';

/** `scoremesh audit rebuild`. */
export function addRebuildCommand(audit: Command, host: AuditStateHost, terminal: Terminal): void {
  stateCommand(
    audit,
    'rebuild',
    'build index and tree of the audit log of this machine again, from the log and the keys alone; the audit role must not run',
  ).action(async ({ data }: StateOptions) => {
    const progress = createProgress(terminal, 'rebuilding', 'entries');
    const { records, rootHash, treeSize } = await host
      .auditFolder(data)
      .rebuild((done) => progress.at(0, done))
      .finally(progress.clear);
    terminal.out(
      `rebuilt: ${grouped(records)} entries in the index, a tree of ${grouped(treeSize)}, root ${rootHash}`,
    );
  });
}
