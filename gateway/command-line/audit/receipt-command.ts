import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type CommandContext, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';

interface ReceiptOptions extends RemoteOptions {
  readonly cosigned?: boolean;
  readonly out?: string;
}

/** `scoremesh audit receipt`: the proof that a record is in the log, to be kept and verified offline. */
export function addReceiptCommand(audit: Command, context: CommandContext): void {
  remoteCommand(audit, 'receipt', 'get the receipt of a record, for `scoremesh audit verify`')
    .argument('<id>', 'a prediction_id or record id')
    .option('--cosigned', 'against the newest checkpoint that witnesses have cosigned')
    .option('-o, --out <file>', 'write it to a file (default: standard output)')
    .action(async (recordId: string, { cosigned = false, out, ...options }: ReceiptOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const { receipt } = await mesh.audit.GetReceipt({ recordId, cosigned }, call);
        const proof = receipt?.proof ?? '';
        if (out === undefined) context.terminal.out(proof.trimEnd());
        else {
          await writeFile(out, proof);
          context.terminal.err(`receipt of entry ${receipt?.logIndex} written to ${out}`);
        }
      });
    });
}
