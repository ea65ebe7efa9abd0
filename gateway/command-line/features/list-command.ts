import type { Command } from 'commander';
import type { FeatureSet__Output as FeatureSet } from '../../../services/gen/scoremesh/feature/v1/FeatureSet.ts';
import type { FeatureView__Output as FeatureView } from '../../../services/gen/scoremesh/feature/v1/FeatureView.ts';
import type { ListFeaturesResponse__Output as Declared } from '../../../services/gen/scoremesh/feature/v1/ListFeaturesResponse.ts';
import { type CommandContext, type RemoteOptions, remoteCommand, withMesh } from '../remote.ts';
import { duration } from './progress.ts';

interface ListOptions extends RemoteOptions {
  readonly json?: boolean;
}

/** `scoremesh features list`. */
export function addListCommand(context: CommandContext, features: Command): void {
  remoteCommand(features, 'list', 'list the declared streams, entities, views and sets', { isDefault: true })
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', '\nExample:\n  scoremesh features list')
    .action(async (options: ListOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const declared = await mesh.features.ListFeatures({}, call);
        const lines = options.json ? [JSON.stringify(declared, null, 2)] : listedDeclarations(declared);
        if (lines.length === 0)
          context.terminal.err('nothing is declared; `scoremesh features declare FILE` does it');
        for (const line of lines) context.terminal.out(line);
      });
    });
}

/** What is declared, as people read it. */
export function listedDeclarations({ streams, entities, views, sets }: Declared): string[] {
  return [
    ...streams.flatMap(({ name, description, fields, retentionMs }) => [
      `stream ${name}${kept(Number(retentionMs))}${said(description)}`,
      ...fields.map(
        (field) =>
          `  ${field.name.padEnd(24)}${typeName(field.datatype).padEnd(10)}${field.required ? 'required' : ''}${said(field.description)}`,
      ),
    ]),
    ...entities.map(
      ({ name, keys, description }) => `entity ${name} by ${keys.join(', ')}${said(description)}`,
    ),
    ...views.flatMap(listedView),
    ...sets.flatMap(listedSet),
  ].map((line) => line.trimEnd());
}

function listedView(view: FeatureView): string[] {
  const { description, entity, features, maxAgeMs, name, stream } = view;
  const age = Number(maxAgeMs) === 0 ? '' : `, not older than ${duration(Number(maxAgeMs))}`;
  return [
    `view ${name} of ${stream} by ${entity || 'nothing: the whole stream'}${age}${said(description)}`,
    ...features.map((feature) => {
      const window =
        feature.aggregate === ''
          ? 'latest'
          : `${feature.aggregate} of ${duration(Number(feature.windowMs))} in tiles of ${duration(Number(feature.tileMs))}`;
      return `  ${feature.name.padEnd(24)}${typeName(feature.datatype).padEnd(10)}${window}${said(feature.description)}`;
    }),
  ];
}

function listedSet({
  datatypes,
  description,
  digest,
  entities,
  features,
  inputs,
  name,
}: FeatureSet): string[] {
  const given = inputs.map((input) => `${input.name} (${typeName(input.datatype)})`).join(', ');
  return [
    `set ${name} ${digest}${said(description)}`,
    `  by ${entities.join(', ') || 'nothing'}${given === '' ? '' : `, with inputs ${given}`}`,
    ...features.map((feature, index) => `  ${feature.padEnd(40)}${typeName(datatypes[index] ?? '')}`),
  ];
}

/** A datatype by the name that declarations have for it. */
export function typeName(datatype: string): string {
  const names: Readonly<Record<string, string>> = {
    FP32: 'float32',
    FP64: 'float64',
    INT64: 'int64',
    BOOL: 'bool',
    BYTES: 'text',
  };
  return names[datatype] ?? datatype;
}

function kept(retentionMs: number): string {
  return retentionMs === 0 ? '' : `, kept for ${duration(retentionMs)}`;
}

function said(description: string): string {
  return description === '' ? '' : `  ${description}`;
}
