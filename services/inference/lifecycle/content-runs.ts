import type { Model__Output as Model } from '../../gen/scoremesh/inference/v1/Model.ts';
import type { RunContentRequest__Output as RunContentRequest } from '../../gen/scoremesh/inference/v1/RunContentRequest.ts';
import type { RunContentResponse__Output as RunContentResponse } from '../../gen/scoremesh/inference/v1/RunContentResponse.ts';
import { type Call, throwIfUnwanted } from '../../kit/contract/call.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { LoadedModel } from '../loading/loader.ts';
import type { FoundVersion, Repository } from '../repository/repository.ts';
import { KeptContents, type LoadedContent } from './kept-contents.ts';
import { describeLoaded } from './model-description.ts';
import type { Registry } from './registry.ts';
import type { ServedModel } from './served-model.ts';
import { waitFor } from './waiting.ts';

export interface ContentRunsDeps {
  readonly registry: Registry;
  readonly repository: Pick<Repository, 'model'>;
  /** Digest of a version's model file; undefined if it can't be told. */
  digestOf(found: FoundVersion): Promise<string | undefined>;
  open(found: FoundVersion): Promise<LoadedModel>;
  /** Serves it to nobody else, and counts nothing. */
  serveApart(found: FoundVersion, loaded: LoadedModel): ServedModel;
  readonly log: Log;
}

/** Runs contents by their digest, for replays. */
export interface ContentRuns {
  /** As ModelService.RunContent. */
  run(request: RunContentRequest, call: Call): Promise<RunContentResponse>;
  close(): Promise<void>;
}

// Each takes the memory of a model that is not served.
const limits = { most: 2, idleMs: 30_000 };

const whyLoaded = 'it is not served; it was loaded for a while to answer again what it answered before';

export function createContentRuns(deps: ContentRunsDeps): ContentRuns {
  const { registry, repository } = deps;
  const kept = new KeptContents(limits, deps.log);

  /** The version that has the content on disk: the one that is named, else the newest. */
  const findFolder = async (wanted: RunContentRequest, call: Call): Promise<FoundVersion> => {
    const { name, version, digest } = wanted;
    const versions = (await repository.model(name))?.versions ?? [];
    const first = versions.filter((found) => found.version === version);
    const others = versions.filter((found) => found.version !== version).reverse();
    for (const found of [...first, ...others]) {
      throwIfUnwanted(call, 'the content of a model was found');
      if ((await deps.digestOf(found)) === digest) return found;
    }
    const there = versions.map((found) => found.version).join(', ') || 'none';
    throw new MeshError(
      'MODEL_CONTENT_NOT_FOUND',
      `no version of '${name}' has the content ${digest} any more; its versions are ${there}; register the file again to run it`,
      { metadata: { model: name } },
    );
  };

  const load = async (found: FoundVersion, digest: string): Promise<LoadedContent> => {
    const loaded = await deps.open(found);
    try {
      if (loaded.facts.digest !== digest)
        throw new MeshError(
          'MODEL_CONTENT_NOT_FOUND',
          `'${found.model}' version ${found.version} was changed while it was loaded; try again`,
        );
      return {
        version: found.version,
        facts: describeLoaded(loaded),
        served: deps.serveApart(found, loaded),
      };
    } catch (error) {
      await loaded.executor.close();
      throw error;
    }
  };

  const runServed = async (
    wanted: RunContentRequest,
    model: Model,
    served: ServedModel,
    call: Call,
  ): Promise<RunContentResponse> => {
    const { requests } = wanted;
    return { responses: requests.length === 0 ? [] : await served.inferAgain(requests, call), model };
  };

  return {
    run: async (wanted, call) => {
      const ready = findServed(registry, wanted);
      if (ready?.served !== undefined) return runServed(wanted, ready.model, ready.served, call);
      const { name, digest } = wanted;
      const found = await findFolder(wanted, call);
      const use = kept.use(
        `${name} ${found.version} ${digest}`,
        () => load(found, digest),
        ({ version, facts, served }) => {
          const state = { state: 'MODEL_STATE_UNLOADED' as const, reason: whyLoaded };
          return runServed(wanted, { ...facts, name, version, aliases: [], ...state }, served, call);
        },
      );
      return waitFor(use, call, `'${name}' version ${found.version} was loaded and run again`);
    },
    close: () => kept.close(),
  };
}

/** The version that answers with this content; the one that is named, if it does. */
function findServed(
  registry: Registry,
  { name, version, digest }: RunContentRequest,
): Registry['entries'][number] | undefined {
  const versions = registry.entries.filter(
    ({ model, served }) => model.name === name && served?.digest === digest,
  );
  return versions.find((found) => found.version === version) ?? versions.at(-1);
}
