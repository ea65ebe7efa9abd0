import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { DeclarationChange__Output as DeclarationChange } from '../../../services/gen/scoremesh/feature/v1/DeclarationChange.ts';
import { unreadable } from '../../files/table.ts';
import { type CommandContext, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';

interface DeclareOptions extends RemoteOptions {
  readonly dryRun?: boolean;
}

// A new view of a stream that is full of events reads them all once.
const timeoutMs = 600_000;

/** `scoremesh features declare`. */
export function addDeclareCommand(context: CommandContext, features: Command): void {
  remoteCommand(features, 'declare', 'declare streams, entities, views and sets', { timeoutMs })
    .argument('<file>', 'declarations, YAML')
    .option('--dry-run', 'only check, and tell what would change')
    .addHelpText('after', '\nExample:\n  scoremesh features declare features/flights.yaml --dry-run')
    .action(async (file: string, options: DeclareOptions) => {
      const yaml = await readFile(file, 'utf8').catch((error: unknown) => {
        throw unreadable(file, error);
      });
      const dryRun = options.dryRun ?? false;
      await withMesh(context, options, async (mesh, call) => {
        const { changes } = await mesh.features.Declare({ yaml, dryRun }, call);
        for (const change of changes) context.terminal.out(changeText(change));
        if (changes.length === 0) context.terminal.out('nothing changes: all of it is declared already');
        else if (dryRun) context.terminal.out('nothing was changed: this was a dry run');
      });
    });
}

function changeText({ digest, kind, name, previousDigest }: DeclarationChange): string {
  return previousDigest === ''
    ? `new      ${kind} ${name}  ${digest}`
    : `changed  ${kind} ${name}  ${digest}, before ${previousDigest}`;
}
