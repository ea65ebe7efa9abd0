import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type Command, InvalidArgumentError } from 'commander';
import { invalidRequest } from '../../../services/kit/errors/mesh-error.ts';
import { verifyContent } from '../../../services/kit/transparency/commitment.ts';
import { createLogKey, loadLogKey } from '../../../services/kit/transparency/log-key.ts';
import { type VerifiedReceipt, verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import {
  parseVerifierKey,
  type SignatureType,
  signatureTypes,
} from '../../../services/kit/transparency/verifier-key.ts';
import { recordJson } from '../../http/record-json.ts';
import type { CommandContext } from '../remote.ts';

interface VerifyOptions {
  readonly vkey: readonly string[];
  readonly witness: readonly string[];
  readonly quorum?: number;
  readonly entry?: string;
  readonly content?: string;
  readonly json: boolean;
}

/** `scoremesh audit verify`, `keygen` and `vkey`: what needs no running mesh. */
export function addOfflineAuditCommands(audit: Command, { terminal }: CommandContext): void {
  audit
    .command('verify')
    .description('verify a receipt offline; ends with exit code 1, and says why, if it does not hold')
    .argument('<receipt>', 'the file, or - for standard input')
    .requiredOption('--vkey <key...>', "the log's verifier key; several where it was changed")
    .option('--entry <file>', 'the entry itself, to be compared with what the receipt is of')
    .option('--content <file>', 'what the entry commits to, to be compared with it and shown; needs --entry')
    .option('--witness <key...>', 'verifier keys of witnesses', [])
    .option('--quorum <count>', 'how many of the witnesses must have cosigned (default: all)', wholeNumber)
    .option('--json', 'print what was verified as JSON', false)
    .action(async (file: string, options: VerifyOptions) => {
      const entry = options.entry === undefined ? undefined : await bytesOf('--entry', options.entry);
      const verified = verifyReceipt(await bytesOf('receipt', file), {
        logs: keysOf(options.vkey, signatureTypes.log),
        witnesses: keysOf(options.witness, signatureTypes.witness),
        ...(options.quorum === undefined ? {} : { quorum: options.quorum }),
        ...(entry === undefined ? {} : { entry }),
      });
      const said = options.content === undefined ? undefined : await contentOf(options.content, entry);
      if (options.json) terminal.out(jsonOf(verified, said));
      else {
        terminal.out(textOf(verified, options.entry));
        if (said === undefined) return;
        terminal.out(`content    ${options.content} is what the entry commits to:`);
        terminal.out(JSON.stringify(said, null, 2));
      }
    });
  audit
    .command('keygen')
    .description("make a log's signing key, and print its verifier key")
    .requiredOption('--origin <name>', 'the name of the log, a URL without scheme, e.g. example.com/log')
    .requiredOption('--out <file>', 'where to write the signing key, for its owner only')
    .action(async ({ origin, out }: { readonly origin: string; readonly out: string }) => {
      terminal.out((await createLogKey(out, origin)).vkey);
    });
  audit
    .command('vkey')
    .description('print the verifier key of a signing key')
    .requiredOption('--key <file>', 'the signing key')
    .action(async ({ key }: { readonly key: string }) => {
      terminal.out((await loadLogKey(key)).vkey);
    });
}

/** The record whose content was verified, as it is shown. */
async function contentOf(file: string, entry: Buffer | undefined): Promise<object> {
  if (entry === undefined)
    throw invalidRequest([
      { field: '--content', description: 'it is compared with the entry: give --entry too' },
    ]);
  const verified = verifyContent(entry, await bytesOf('--content', file));
  return {
    subject: verified.subject,
    entry: recordJson(verified.entry),
    content: recordJson(verified.content),
  };
}

function keysOf(vkeys: readonly string[], type: SignatureType) {
  return vkeys.map((vkey) => parseVerifierKey(vkey, type));
}

async function bytesOf(option: string, file: string): Promise<Buffer> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (error) {
    const description = `'${file}' can't be read: ${(error as Error).message}`;
    throw invalidRequest([{ field: option, description }]);
  }
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,3}$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
}

function textOf(
  { index, leafHash, origin, rootHash, size, witnesses }: VerifiedReceipt,
  entry?: string,
): string {
  return [
    `valid: entry ${index} is in the log ${origin}`,
    `leaf hash  ${leafHash.toString('hex')}${entry === undefined ? ' (of an entry that was not compared)' : `, of ${entry}`}`,
    `tree       ${size} entries, root ${rootHash.toString('hex')}`,
    ...(witnesses.length === 0 ? [] : [`cosigned   by ${witnesses.join(', ')}`]),
  ].join('\n');
}

function jsonOf({ leafHash, rootHash, ...rest }: VerifiedReceipt, said: object | undefined): string {
  const hex = { leafHash: leafHash.toString('hex'), rootHash: rootHash.toString('hex') };
  return JSON.stringify({ ...rest, ...hex, ...(said === undefined ? {} : { record: said }) }, null, 2);
}
