import type { Command } from 'commander';
import type { Model__Output as Model } from '../../services/gen/scoremesh/inference/v1/Model.ts';
import { loadTimeoutMs, type ModelOptions, modelCommand, versionOf } from './model-options.ts';
import { modelLine } from './model-text.ts';
import { type CommandContext, withMesh } from './remote.ts';

/** `scoremesh models load` and `scoremesh models unload`. */
export function addLoadCommands(context: CommandContext, models: Command): void {
  const show = (list: readonly Model[], { json }: ModelOptions): void => {
    if (json) context.terminal.out(JSON.stringify(list, null, 2));
    else for (const model of list) context.terminal.out(modelLine(model));
  };
  const settings = { timeoutMs: loadTimeoutMs };
  modelCommand(models, 'load', 'load what is new of a model, or one version again', settings)
    .argument('<name>', 'the model')
    .argument('[version]', 'one version; without it all that its version policy wants', versionOf)
    .action(async (name: string, version: number | undefined, options: ModelOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        show((await mesh.models.LoadModel({ name, version: version ?? 0 }, call)).models, options);
      });
    });
  modelCommand(models, 'unload', 'take a model, or one version, out of service', settings)
    .argument('<name>', 'the model')
    .argument('[version]', 'one version; without it all of them', versionOf)
    .action(async (name: string, version: number | undefined, options: ModelOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        show((await mesh.models.UnloadModel({ name, version: version ?? 0 }, call)).models, options);
      });
    });
}
