import type { Command } from 'commander';
import type { Rejection__Output as Rejection } from '../../../services/gen/scoremesh/feature/v1/Rejection.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { unixMsOfText } from '../moment.ts';
import { type CommandContext, pair, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';
import { declaredStream } from './declared.ts';
import { fieldValue } from './field-value.ts';

interface PushOptions extends RemoteOptions {
  readonly field: Readonly<Record<string, string>>;
  readonly id: string;
  readonly time?: number;
}

/** `scoremesh features push`. */
export function addPushCommand(context: CommandContext, features: Command): void {
  remoteCommand(features, 'push', 'store one event')
    .argument('<stream>', 'the event stream')
    .option('-f, --field <name=value>', 'a field; may be repeated', pair, {})
    .option('--id <id>', 'identity of the event: repeated, it counts once (default: its time and fields)', '')
    .option('--time <time>', 'when it happened, ISO 8601 or Unix milliseconds (default: now)', unixMsOfText)
    .addHelpText(
      'after',
      '\nExample:\n  scoremesh features push arrivals -f origin=ORD -f destination=SFO -f hour=12 -f delay=7.5',
    )
    .action(async (stream: string, { field, id, time = Date.now(), ...options }: PushOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const { fields: declared } = await declaredStream(mesh, stream, call);
        const fields = Object.fromEntries(
          Object.entries(field).map(([name, text]) => {
            const datatype = declared.find((candidate) => candidate.name === name)?.datatype ?? '';
            return [name, fieldValue(text, datatype)];
          }),
        );
        const event = { stream, eventId: id, eventTime: time, fields };
        const { duplicates, ingestTime, rejections } = await mesh.features.Ingest({ events: [event] }, call);
        const [rejection] = rejections;
        if (rejection !== undefined)
          throw new MeshError(
            'FEATURE_EVENT_INVALID',
            `the event is in the quarantine: ${rejectionText(rejection)}; mend it and push it again, then discard that one`,
          );
        if (duplicates > 0) context.terminal.out('stored before: the event counts once');
        else
          context.terminal.out(
            `stored at ${new Date(ingestTime).toISOString()}, with event time ${new Date(time).toISOString()}`,
          );
      });
    });
}

/** Why an event was rejected, as people read it. */
export function rejectionText({ field, message, reason }: Rejection): string {
  const name = reason.replace('REJECTION_REASON_', '');
  return `${name}${field === '' ? '' : ` ${field}`}: ${message}`;
}
