import type { Model__Output as Model } from '../gen/scoremesh/inference/v1/Model.ts';
import { MeshError } from '../kit/errors/mesh-error.ts';
import type { ModelReference } from './model-reference.ts';

export interface Resolved {
  readonly model: Model;
  /** The alias that led to it; empty if none did. */
  readonly alias: string;
}

/** The alias that a name without one means, if the model has it. */
const defaultAlias = 'champion';

/** Which version a reference means now. Errors name what exists. */
export function resolveModel(models: readonly Model[], reference: ModelReference): Resolved {
  const { name, alias, version } = reference;
  const versions = models.filter((model) => model.name === name);
  if (versions.length === 0) {
    const names = [...new Set(models.map((model) => model.name))];
    throw new MeshError('MODEL_NOT_FOUND', `no model is called "${name}"; there is ${listed(names)}`, {
      metadata: { model: name },
    });
  }
  if (version !== undefined) {
    // Version 0 stands for what has no number: entries that could not be read.
    const found = version === 0 ? undefined : versions.find((model) => model.version === version);
    if (found === undefined) {
      const known = listed(versions.map((model) => String(model.version)));
      throw new MeshError(
        'MODEL_VERSION_NOT_FOUND',
        `model "${name}" has no version ${version}; it has ${known}`,
        { metadata: { model: name } },
      );
    }
    return { model: ready(found), alias: '' };
  }
  const wanted = alias ?? defaultAlias;
  const aliased = versions.find((model) => model.aliases.includes(wanted));
  if (aliased !== undefined) return { model: ready(aliased), alias: wanted };
  if (alias !== undefined) {
    const known = listed(versions.flatMap((model) => model.aliases));
    throw new MeshError('MODEL_ALIAS_NOT_FOUND', `model "${name}" has no alias "${alias}"; it has ${known}`, {
      metadata: { model: name },
    });
  }
  const newestReady = versions.filter(isReady).reduce<Model | undefined>(newer, undefined);
  return { model: ready(newestReady ?? versions.reduce<Model | undefined>(newer, undefined)), alias: '' };
}

function isReady(model: Model): boolean {
  return model.state === 'MODEL_STATE_READY';
}

function newer(best: Model | undefined, model: Model): Model {
  return best === undefined || model.version > best.version ? model : best;
}

function ready(model: Model | undefined): Model {
  if (model !== undefined && isReady(model)) return model;
  const why = model?.reason ? `: ${model.reason}` : '';
  throw new MeshError(
    'MODEL_NOT_READY',
    `model "${model?.name}" version ${model?.version} is not ready${why}`,
    { retryAfterMs: 1000 },
  );
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ');
}
