import { writeFile } from 'node:fs/promises';
import type { ScoreResponse__Output as ScoreResponse } from '../../services/gen/scoremesh/scoring/v1/ScoreResponse.ts';
import { scoreResponseJson } from '../http/score-json.ts';
import { unixMsOfText } from './moment.ts';
import { type CommandContext, pair, type RemoteOptions, remoteCommand, withMesh } from './remote.ts';
import { textOfValue, valueOfText } from './values.ts';

interface ScoreOptions extends RemoteOptions {
  readonly entity: Readonly<Record<string, string>>;
  readonly input: Readonly<Record<string, string>>;
  readonly asOf?: number;
  readonly requestId: string;
  readonly features?: boolean;
  readonly json?: boolean;
  readonly receipt?: string;
}

/** `scoremesh score`: one request, one answer. */
export function addScoreCommand(context: CommandContext): void {
  remoteCommand(context.program, 'score', 'score one request')
    .argument('<model>', 'name, name@alias or name@version')
    .option('-e, --entity <name=key>', 'an entity that the features are about; may be repeated', pair, {})
    .option(
      '-i, --input <name=value>',
      'an input of the model: a number, true, false or text; may be repeated',
      pair,
      {},
    )
    .option(
      '--as-of <time>',
      'the moment to which features are read, ISO 8601 or Unix milliseconds (default: now)',
      unixMsOfText,
    )
    .option('--request-id <id>', 'idempotency key: a repeat gives the recorded prediction', '')
    .option('--features', 'show the feature values that were read')
    .option('--receipt <file>', 'write the receipt to a file, for `scoremesh audit verify`')
    .option('--json', 'print the answer as JSON')
    .action(async (model: string, options: ScoreOptions) => {
      const inputs = Object.fromEntries(
        Object.entries(options.input).map(([name, text]) => [name, valueOfText(text)]),
      );
      await withMesh(context, options, async (mesh, call) => {
        const { entity: entities, requestId, asOf: asOfEventTime } = options;
        const request = {
          model,
          entities,
          inputs,
          requestId,
          includeFeatures: options.features ?? false,
          ...(asOfEventTime === undefined ? {} : { asOfEventTime }),
        };
        const response = await mesh.scoring.Score(request, call);
        const lines = options.json
          ? [JSON.stringify(scoreResponseJson(response), null, 2)]
          : described(response);
        for (const line of lines) context.terminal.out(line);
        if (options.receipt !== undefined) await writeFile(options.receipt, response.receipt?.proof ?? '');
      });
    });
}

function described({ predictionId, model, outputs, features, receipt }: ScoreResponse): string[] {
  const alias = model?.alias ? `@${model.alias}` : '';
  return [
    ...Object.entries(outputs).map(([name, value]) => `${name.padEnd(18)}${textOfValue(value)}`),
    `${'model'.padEnd(18)}${model?.name}${alias} version ${model?.version} (${model?.digest})`,
    `${'prediction'.padEnd(18)}${predictionId}`,
    receipt === null
      ? 'receipt           deferred'
      : `${'receipt'.padEnd(18)}log index ${receipt.logIndex}, leaf ${receipt.leafHash.toString('hex')}`,
    ...features.map((feature) => {
      const status = feature.status.replace('FEATURE_STATUS_', '').toLowerCase();
      const age = feature.eventTime === null ? '' : `, ${Number(feature.ageMs) / 1000} s old`;
      return `  ${feature.name.padEnd(36)}${textOfValue(feature.value).padEnd(24)}${status}${age}`;
    }),
  ];
}
