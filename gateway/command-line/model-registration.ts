import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import type { RegisterModelRequest } from '../../services/gen/scoremesh/inference/v1/RegisterModelRequest.ts';
import { invalidRequest } from '../../services/kit/errors/mesh-error.ts';
import { type ModelOptions, modelCommand, versionOf } from './model-options.ts';
import { modelLine } from './model-text.ts';
import type { Terminal } from './output.ts';
import { type CommandContext, withMesh } from './remote.ts';

interface RegisterOptions extends ModelOptions {
  readonly version: number;
  readonly file?: string;
  readonly yaml?: string;
  readonly config?: string;
  readonly golden?: string;
  readonly path?: string;
  readonly alias: readonly string[];
}

/** A file to upload. */
interface Part {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
}

const modelFile = 'model.onnx';
// Well below what a message may hold, and large enough that messages cost nothing.
const chunkBytes = 1024 * 1024;
/** Where nothing can be redrawn, a line for so many bytes. */
const lineBytes = 64 * chunkBytes;
// Hours would not do for a few gigabytes over a slow line either.
const timeoutMs = 3_600_000;

/** `scoremesh models register`. */
export function addRegisterCommand(context: CommandContext, models: Command): void {
  const command = modelCommand(models, 'register', 'store a new version of a model and load it', {
    timeoutMs,
  })
    .argument('<name>', 'the model')
    .option('--version <number>', 'the version (default: the next one)', versionOf, 0)
    .option('--file <path>', 'the ONNX file to upload')
    .option('--yaml <path>', 'its model.yaml')
    .option('--config <path>', 'its config.pbtxt')
    .option('--golden <path>', 'its golden.json: cases that it must answer before it is ready')
    .option('--path <folder>', 'a folder below SCOREMESH_IMPORT of the server, in place of uploads')
    .option('--alias <name...>', 'aliases to set once it is ready', [])
    .addHelpText(
      'after',
      `
Examples:
  scoremesh models register flight_delay --file new.onnx --yaml model.yaml
  scoremesh models register flight_delay --version 4 --file new.onnx --alias challenger
  scoremesh models register flight_delay --path exports/2026-01-31`,
    );
  command.action(async (name: string, options: RegisterOptions) => {
    const { alias: aliases, path = '', version } = options;
    const uploads = [options.file, options.yaml, options.config, options.golden];
    if (path !== '' && uploads.some((upload) => upload !== undefined))
      command.error('error: --path names a folder of the server; nothing is uploaded beside it');
    if (path === '' && options.file === undefined)
      command.error('error: name the model with --file, or a folder of the server with --path');
    const parts = await partsOf(options);
    await withMesh(context, options, async (mesh, call) => {
      const { terminal } = context;
      const header: RegisterModelRequest = { header: { name, version, path, aliases: [...aliases] } };
      let last = '';
      for await (const { model } of mesh.models.RegisterModel(messages(header, parts, terminal), call)) {
        if (model === null) continue;
        last = options.json ? JSON.stringify(model, null, 2) : modelLine(model);
        if (model.state === 'MODEL_STATE_LOADING')
          terminal.err(`${name} ${model.version} is stored; it is being loaded`);
      }
      terminal.out(last);
    });
  });
}

async function partsOf({ config, file, golden, yaml }: RegisterOptions): Promise<Part[]> {
  const parts: Part[] = [];
  for (const [option, name, path] of [
    ['--file', modelFile, file],
    ['--yaml', 'model.yaml', yaml],
    ['--config', 'config.pbtxt', config],
    ['--golden', 'golden.json', golden],
  ] as const) {
    if (path === undefined) continue;
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw invalidRequest([{ field: option, description: `'${path}' can't be read: ${error.code}` }]);
    });
    if (!found.isFile())
      throw invalidRequest([{ field: option, description: `'${path}' is no file; name the file itself` }]);
    parts.push({ name, path, sizeBytes: found.size });
  }
  return parts;
}

async function* messages(
  header: RegisterModelRequest,
  parts: readonly Part[],
  terminal: Terminal,
): AsyncGenerator<RegisterModelRequest> {
  yield header;
  if (parts.length === 0) return;
  const hash = createHash('sha256');
  for (const { name, path, sizeBytes } of parts) {
    let sent = 0;
    try {
      for await (const data of createReadStream(path, { highWaterMark: chunkBytes })) {
        if (name === modelFile) hash.update(data as Buffer);
        yield { chunk: { file: name, data: data as Buffer } };
        const before = sent;
        sent += (data as Buffer).length;
        tellProgress(name, before, sent, sizeBytes, terminal);
      }
    } catch (error) {
      throw invalidRequest([
        { field: name, description: `'${path}' can't be read: ${(error as Error).message}` },
      ]);
    }
    if (terminal.interactive) terminal.redraw('');
  }
  yield { end: { digest: `sha256:${hash.digest('hex')}` } };
}

function tellProgress(name: string, before: number, sent: number, total: number, terminal: Terminal): void {
  const line = `${name}: ${mebibytes(sent)} of ${mebibytes(total)} MiB sent`;
  if (terminal.interactive) terminal.redraw(line);
  else if (Math.floor(before / lineBytes) !== Math.floor(sent / lineBytes)) terminal.err(line);
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
