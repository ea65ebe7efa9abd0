import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { FeatureRow } from '../../services/gen/scoremesh/feature/v1/FeatureRow.ts';
import { invalidRequest } from '../../services/kit/errors/mesh-error.ts';
import type { MeshClient } from '../client/client.ts';
import type { Terminal } from './output.ts';
import { type CommandContext, type RemoteOptions, remoteCommand, withMesh } from './remote.ts';

/** Rows of one request: large enough that the disk's sync is shared, small enough for any message limit. */
const rowsPerRequest = 500;
const timeoutMs = 30_000;

const line = z.strictObject({
  view: z.string(),
  keys: z.record(z.string(), z.string()).default({}),
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  event_time: z.iso.datetime({ offset: true }).optional(),
});

/** `scoremesh features push` and `scoremesh features list`. */
export function addFeatureCommands(context: CommandContext): void {
  const features = context.program.command('features').description('store and list features');
  remoteCommand(features, 'push', 'store feature rows')
    .argument(
      '<file>',
      'JSON lines: {"view":"v","keys":{"entity":"key"},"values":{"feature":1.5},"event_time":"2026-01-31T12:00:00Z"}',
    )
    .action(async (file: string, options: RemoteOptions) => {
      await withMesh(context, options, async (mesh) => {
        const stored = await pushFeatureRows(mesh, file, context.terminal);
        context.terminal.out(`${stored} feature rows are stored`);
      });
    });
  remoteCommand(features, 'list', 'list the declared views and sets').action(
    async (options: RemoteOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const { views, sets } = await mesh.features.ListFeatures({}, call);
        for (const view of views) {
          const declared = view.features.map(({ name, datatype }) => `${name} (${datatype})`).join(', ');
          context.terminal.out(
            `view ${view.name} of ${view.keys.join(', ') || 'the whole system'}: ${declared}`,
          );
        }
        for (const set of sets)
          context.terminal.out(`set ${set.name} (${set.digest}): ${set.features.join(', ')}`);
      });
    },
  );
}

/** Stores the rows of a file; resolves to their number when all are durable. A line that can't be used is named by its number. */
export async function pushFeatureRows(mesh: MeshClient, file: string, terminal: Terminal): Promise<number> {
  let rows: FeatureRow[] = [];
  let stored = 0;
  const push = async (): Promise<void> => {
    await mesh.features.Ingest({ rows }, { timeoutMs, signal: terminal.stop });
    stored += rows.length;
    rows = [];
    if (terminal.interactive) terminal.redraw(`${stored} feature rows stored`);
  };
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file) })) {
    number += 1;
    if (text.trim() === '') continue;
    rows.push(rowOf(text, `${file}:${number}`));
    if (rows.length === rowsPerRequest) await push();
  }
  if (rows.length > 0) await push();
  if (terminal.interactive) terminal.redraw('');
  return stored;
}

function rowOf(text: string, where: string): FeatureRow {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalidRequest([{ field: where, description: `is not JSON: ${(error as Error).message}` }]);
  }
  const { success, data, error } = line.safeParse(json);
  if (!success) {
    throw invalidRequest(
      error.issues.map(({ path, message }) => ({
        field: `${where} ${path.map(String).join('.')}`,
        description: message,
      })),
    );
  }
  const { view, keys, values, event_time: eventTime } = data;
  const ms = eventTime === undefined ? undefined : Date.parse(eventTime);
  return {
    view,
    keys,
    values: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        value === null
          ? {}
          : typeof value === 'number'
            ? { number: value }
            : typeof value === 'string'
              ? { text: value }
              : { flag: value },
      ]),
    ),
    ...(ms === undefined ? {} : { eventTime: stamp(ms) }),
  };
}

function stamp(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: (ms - seconds * 1000) * 1e6 };
}
