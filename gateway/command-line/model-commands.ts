import { addAliasCommands } from './model-aliases.ts';
import { addLoadCommands } from './model-loading.ts';
import { type ModelOptions, modelCommand } from './model-options.ts';
import { addRegisterCommand } from './model-registration.ts';
import { describedModel, listedModels } from './model-text.ts';
import { addWatchCommand } from './model-watch.ts';
import { type CommandContext, withMesh } from './remote.ts';

const examples = `
Examples:
  scoremesh models                                        list what can be asked for
  scoremesh models show flight_delay@champion             all that is known of one
  scoremesh models register flight_delay --file new.onnx  store the next version and load it
  scoremesh models alias flight_delay champion 3          from now on "flight_delay" means version 3
  scoremesh models rollback flight_delay champion         back to the version before
  scoremesh models watch                                  tell of every change until Ctrl-C`;

/** `scoremesh models` and what is below it. */
export function addModelCommands(context: CommandContext): void {
  const models = context.program
    .command('models')
    .description('list, register, load and replace models')
    .addHelpText('after', examples);
  modelCommand(models, 'list', 'list the models, their versions and what they need', {
    isDefault: true,
  }).action(async (options: ModelOptions) => {
    await withMesh(context, options, async (mesh, call) => {
      const response = await mesh.models.ListModels({}, call);
      if (options.json) return context.terminal.out(JSON.stringify(response.models, null, 2));
      if (response.models.length === 0)
        return context.terminal.err(
          'there are no models; SCOREMESH_MODELS names their folder, and `scoremesh models register` adds one',
        );
      for (const line of listedModels(response.models)) context.terminal.out(line);
    });
  });
  modelCommand(models, 'show', 'show all that is known of a version, ready or not')
    .argument('<model>', 'name, name@alias or name@version')
    .action(async (reference: string, options: ModelOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const { model } = await mesh.models.GetModel({ model: reference }, call);
        if (model === null) return;
        const lines = options.json ? [JSON.stringify(model, null, 2)] : describedModel(model);
        for (const line of lines) context.terminal.out(line);
      });
    });
  addRegisterCommand(context, models);
  addLoadCommands(context, models);
  addAliasCommands(context, models);
  addWatchCommand(context, models);
}
