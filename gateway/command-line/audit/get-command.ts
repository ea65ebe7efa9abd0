import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { recordResponseJson } from '../../http/record-json.ts';
import { type CommandContext, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';

interface GetOptions extends RemoteOptions {
  readonly entry?: string;
  readonly content?: string;
}

const help = `
With --entry and --content, what is shown can be proved to others, offline:
  scoremesh audit get <id> --entry entry.bin --content content.bin
  scoremesh audit receipt <id> --out receipt.txt
  scoremesh audit verify receipt.txt --vkey "$(cat data/audit/vkey)" --entry entry.bin --content content.bin`;

/** `scoremesh audit get`. */
export function addGetCommand(audit: Command, context: CommandContext): void {
  remoteCommand(audit, 'get', 'show one record')
    .argument('<id>', 'a prediction_id or record id')
    .option('--entry <file>', 'write the entry: the bytes that the leaf hash is of')
    .option('--content <file>', 'write what the entry commits to; personal, for its owner only')
    .addHelpText('after', help)
    .action(async (recordId: string, options: GetOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const response = await mesh.audit.GetRecord({ recordId }, call);
        context.terminal.out(JSON.stringify(recordResponseJson(response), null, 2));
        if (response.contentState === 'CONTENT_STATE_WITHHELD')
          context.terminal.err(
            'its content is for the administrator: set SCOREMESH_ADMIN_TOKEN to the one of the server',
          );
        if (options.entry !== undefined) await write(options.entry, response.entry);
        if (options.content === undefined) return;
        const { sealedContent } = await mesh.audit.GetSealedContent({ recordId }, call);
        await write(options.content, sealedContent);
      });
    });
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes, { mode: 0o600 });
  } catch (error) {
    throw new MeshError('INVALID_REQUEST', `'${file}' can't be written: ${(error as Error).message}`);
  }
}
