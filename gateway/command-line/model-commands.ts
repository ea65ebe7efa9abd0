import { type CommandContext, type RemoteOptions, remoteCommand, withMesh } from './remote.ts';

/** `scoremesh models`: what can be asked for. */
export function addModelCommands(context: CommandContext): void {
  remoteCommand(context.program, 'models', 'list the models, their versions and what they need').action(
    async (options: RemoteOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const { models } = await mesh.models.ListModels({}, call);
        if (models.length === 0)
          context.terminal.err('there are no models; SCOREMESH_MODELS names their folder');
        for (const model of models) {
          const state = model.state.replace('MODEL_STATE_', '').toLowerCase();
          const aliases = model.aliases.map((alias) => ` @${alias}`).join('');
          context.terminal.out(
            `${model.name} ${model.version}${aliases}  ${state}${model.reason === '' ? '' : `: ${model.reason}`}`,
          );
          const inputs = model.requestInputs.map(({ name, type }) => `${name} (${type})`).join(', ');
          context.terminal.out(
            `  inputs: ${inputs || 'none'}; features: ${model.featureSet || 'none'}; outputs: ${model.scoreOutputs.map(({ name }) => name).join(', ')}`,
          );
          context.terminal.out(`  ${model.digest}`);
        }
      });
    },
  );
}
