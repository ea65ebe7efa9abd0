import type { Command } from 'commander';
import { loadTimeoutMs, type ModelOptions, modelCommand, versionOf } from './model-options.ts';
import { type CommandContext, withMesh } from './remote.ts';

/** `scoremesh models alias` and `scoremesh models rollback`. */
export function addAliasCommands(context: CommandContext, models: Command): void {
  const show = (
    which: string,
    answer: { readonly version: number; readonly previousVersion: number },
    { json }: ModelOptions,
  ): void => {
    const { previousVersion, version } = answer;
    const place = version === 0 ? 'nowhere' : `at version ${version}`;
    const before = previousVersion === 0 ? 'nowhere' : `at version ${previousVersion}`;
    const text = `${which} points ${place}; before, it pointed ${before}`;
    context.terminal.out(json ? JSON.stringify(answer, null, 2) : text);
  };
  modelCommand(models, 'alias', 'let an alias point at a version that is ready')
    .argument('<name>', 'the model')
    .argument('<alias>', 'the alias; champion is what the bare name means')
    .argument(
      '<version>',
      'the version, or none to take the alias back to what aliases.yaml says',
      versionOrNone,
    )
    .action(async (name: string, alias: string, version: number, options: ModelOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const answer = await mesh.models.SetAlias({ name, alias, version }, call);
        show(`${name}@${alias}`, answer, options);
      });
    });
  const settings = { timeoutMs: loadTimeoutMs };
  modelCommand(
    models,
    'rollback',
    'let an alias point at the version before; again, at the one before that',
    settings,
  )
    .argument('<name>', 'the model')
    .argument('<alias>', 'the alias')
    .action(async (name: string, alias: string, options: ModelOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        show(`${name}@${alias}`, await mesh.models.RollbackAlias({ name, alias }, call), options);
      });
    });
}

function versionOrNone(text: string): number {
  return text === 'none' ? 0 : versionOf(text);
}
