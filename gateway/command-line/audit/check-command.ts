import type { Command } from 'commander';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createProgress, grouped } from '../features/progress.ts';
import type { Terminal } from '../output.ts';
import {
  type AuditCheck,
  type AuditStateHost,
  type StateOptions,
  sizeText,
  stateCommand,
} from './state-host.ts';

interface CheckOptions extends StateOptions {
  readonly treeOnly: boolean;
  readonly repair: boolean;
  readonly json: boolean;
}

/** `scoremesh audit check`. */
export function addCheckCommand(audit: Command, host: AuditStateHost, terminal: Terminal): void {
  stateCommand(
    audit,
    'check',
    'check everything that is kept of the audit log of this machine, and print a verdict; the audit role must not run',
  )
    .option(
      '--tree-only',
      'only entries, checksums and the Merkle tree: a few seconds a million entries',
      false,
    )
    .option(
      '--repair',
      'destroy keys again that came back after an erasure, remove what belongs to no record',
      false,
    )
    .option('--json', 'print the report as JSON', false)
    .addHelpText(
      'after',
      '\nEnds with exit code 0 if nothing is wrong, 1 if something is. Each finding says where it is and what to do.\n\nExample:\n  scoremesh audit check --data /var/lib/scoremesh',
    )
    .action(async ({ data, json, repair, treeOnly }: CheckOptions) => {
      const progress = createProgress(terminal, 'checking', 'entries');
      const report = await host
        .auditFolder(data)
        .check({ treeOnly, repairs: repair, progress: progress.at, signal: terminal.stop })
        .finally(progress.clear);
      if (json)
        terminal.out(JSON.stringify({ ...report, counts: Object.fromEntries(report.counts) }, null, 2));
      else tell(report, treeOnly, terminal);
      if (report.faults > 0) throw new MeshError('STATE_CORRUPT', verdict(report));
      if (!json) terminal.out(verdict(report));
    });
}

function tell(report: AuditCheck, treeOnly: boolean, terminal: Terminal): void {
  const {
    contents,
    counts,
    erased,
    findings,
    minimumIndex,
    records,
    rootHash,
    rows,
    sizeBytes,
    tiles,
    treeSize,
  } = report;
  for (const { isRepaired, name, place, remedy, severity, what } of findings)
    terminal.out(
      `${isRepaired ? 'repaired' : severity} ${name}\n  where: ${place}\n  what:  ${what}${isRepaired ? '' : `\n  do:    ${remedy}`}`,
    );
  for (const [name, count] of counts) {
    const listed = findings.filter((finding) => finding.name === name).length;
    if (count > listed) terminal.out(`and ${grouped(count - listed)} more of ${name}`);
  }
  const pruned = minimumIndex === 0 ? '' : `, those before ${grouped(minimumIndex)} pruned`;
  terminal.out(`${grouped(records)} entries, ${sizeText(sizeBytes)}${pruned}`);
  terminal.out(`tree of ${grouped(treeSize)} entries, root ${rootHash}, ${grouped(tiles)} tiles compared`);
  if (!treeOnly)
    terminal.out(
      `${grouped(contents)} contents opened, ${grouped(erased)} erased, ${grouped(rows)} rows of the index compared`,
    );
}

function verdict({ faults, notes, repaired, treeSize }: AuditCheck): string {
  const parts = [
    `${faults} ${faults === 1 ? 'fault' : 'faults'}`,
    ...(notes > 0 ? [`${notes} ${notes === 1 ? 'note' : 'notes'}`] : []),
    ...(repaired > 0 ? [`${repaired} repaired`] : []),
  ];
  const what = faults > 0 ? 'FAULTY' : 'INTACT';
  return `${what}: ${parts.join(', ')}, in a log of ${grouped(treeSize)} entries`;
}
