import { type Command, InvalidArgumentError } from 'commander';
import type { Model__Output as Model } from '../../services/gen/scoremesh/inference/v1/Model.ts';
import { addRegisterCommand } from './model-registration.ts';
import { describedModel, listedModels, modelLine } from './model-text.ts';
import { addWatchCommand } from './model-watch.ts';
import { type CommandContext, type RemoteOptions, remoteCommand, withMesh } from './remote.ts';

/** The options that every command of models takes. */
export interface ModelOptions extends RemoteOptions {
  readonly json?: boolean;
}

// Models are loaded one after the other, and a large one takes a while to be tried.
const loadTimeoutMs = 300_000;

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

/** Adds a command that takes --json. */
export function modelCommand(
  models: Command,
  name: string,
  description: string,
  settings: Parameters<typeof remoteCommand>[3] = {},
): Command {
  return remoteCommand(models, name, description, settings).option('--json', 'print the answer as JSON');
}

/** A version as people type it. */
export function versionOf(text: string): number {
  const version = Number(text);
  if (Number.isInteger(version) && version >= 1 && version < 2 ** 32) return version;
  throw new InvalidArgumentError('give a version, a whole number from 1');
}

function addLoadCommands(context: CommandContext, models: Command): void {
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

function addAliasCommands(context: CommandContext, models: Command): void {
  const show = (
    which: string,
    answer: { readonly version: number; readonly previousVersion: number },
    { json }: ModelOptions,
  ): void => {
    const { previousVersion, version } = answer;
    if (json) return context.terminal.out(JSON.stringify(answer));
    const place = version === 0 ? 'nowhere' : `at version ${version}`;
    const before = previousVersion === 0 ? 'nowhere' : `at version ${previousVersion}`;
    context.terminal.out(`${which} points ${place}; before, it pointed ${before}`);
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
