import type { Command } from 'commander';
import { type ModelOptions, modelCommand } from './model-options.ts';
import { changeLine, modelLine } from './model-text.ts';
import { type CommandContext, withMesh } from './remote.ts';

/** `scoremesh models watch`. */
export function addWatchCommand(context: CommandContext, models: Command): void {
  modelCommand(models, 'watch', 'show the models, then every change until it is stopped', {
    timeoutMs: Number.POSITIVE_INFINITY,
  }).action(async (options: ModelOptions) => {
    const { stop, out } = context.terminal;
    await withMesh(context, options, async (mesh, call) => {
      let isFirst = true;
      try {
        for await (const snapshot of mesh.models.WatchModels({}, call)) {
          if (isFirst && options.json) out(JSON.stringify({ models: snapshot.models }));
          if (isFirst && !options.json) for (const model of snapshot.models) out(modelLine(model));
          // What came before is in the audit log.
          if (!isFirst)
            for (const change of snapshot.changes)
              out(options.json ? JSON.stringify(change) : changeLine(change));
          isFirst = false;
        }
      } catch (error) {
        // Being stopped is how it ends.
        if (!stop.aborted) throw error;
      }
    });
  });
}
