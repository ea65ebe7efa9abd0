import type { Model__Output as Model } from '../../gen/scoremesh/inference/v1/Model.ts';
import type { RegisterModelHeader__Output as Header } from '../../gen/scoremesh/inference/v1/RegisterModelHeader.ts';
import type { RegisterModelRequest__Output as RegisterModelRequest } from '../../gen/scoremesh/inference/v1/RegisterModelRequest.ts';
import type { RegisterModelResponse__Output as RegisterModelResponse } from '../../gen/scoremesh/inference/v1/RegisterModelResponse.ts';
import { type Call, throwIfUnwanted } from '../../kit/contract/call.ts';
import { type FieldViolation, invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import { importVersion } from '../repository/import-folder.ts';
import { aliasForm } from '../repository/model-yaml.ts';
import { maxVersion, modelNameFault, type Repository } from '../repository/repository.ts';
import {
  modelExists,
  type Upload,
  type UploadLimits,
  type Uploads,
  versionFiles,
} from '../repository/uploads.ts';
import type { AliasControl } from './alias-control.ts';
import { wantedVersions } from './policy.ts';
import type { Registry } from './registry.ts';
import { findNumbered } from './resolution.ts';
import type { Version } from './version.ts';
import type { VersionKeeper } from './version-keeper.ts';
import { waitFor, whatGoesOn } from './waiting.ts';

/** As ModelService.RegisterModel. What is stored goes on to be loaded, and gets its aliases, when the call ends before that. */
export type Register = (
  requests: AsyncIterable<RegisterModelRequest>,
  call: Call,
) => AsyncGenerator<RegisterModelResponse>;

// Each holds a file open and a chunk in memory; people register models one at a time.
const maxUploads = 8;
const busyRetryMs = 1_000;
// Of one that sends nothing for so long, the next one gets the place.
const maxIdleMs = 60_000;
// Each is a durable write.
const maxAliases = 16;
// As long as a path can be.
const maxPathLength = 4096;

export function createRegister(
  config: { readonly importFolder: string | undefined; readonly limits: UploadLimits },
  deps: {
    readonly keeper: VersionKeeper;
    readonly registry: Registry;
    readonly repository: Repository;
    readonly uploads: Uploads;
    readonly aliases: AliasControl;
    readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  },
): Register {
  const { aliases, inTurn, keeper, registry, repository, uploads } = deps;
  let underWay = 0;

  const describe = (name: string, version: number): Model =>
    findNumbered(registry.families, name, String(version)).model;

  const versionsOf = async (name: string): Promise<Set<number>> => {
    const found = (await repository.model(name))?.versions.map(({ version }) => version) ?? [];
    return new Set([...found, ...(keeper.families.get(name)?.versions.keys() ?? [])]);
  };

  /** Puts the version in its place and asks for it. */
  const store = async (header: Header, upload: Upload, digest: string, call: Call): Promise<Version> => {
    const { name } = header;
    const taken = await versionsOf(name);
    let number = header.version;
    if (number === 0) for (const version of taken) number = Math.max(number, version);
    if (header.version === 0) number++;
    if (taken.has(number) || number > maxVersion) throw modelExists(name, Math.min(number, maxVersion));
    const folder = await upload.commit(number);
    const family = keeper.family(name);
    const source = { model: name, version: number, folder, isRegistered: true, signature: '' };
    const version = family.takeVersion(source, call.principal);
    // Where the policy wants it, it goes with the policy when there is a newer one.
    if (!wantedVersions(family.wishes(), family.states()).includes(number)) family.wishLoad(number);
    keeper.note('REGISTERED', { principal: call.principal, model: name, version: number, digest });
    return version;
  };

  /** Resolves with the digest that the caller says it has; empty if it says none. */
  const receive = async (
    header: Header,
    chunks: AsyncIterator<RegisterModelRequest>,
    upload: Upload,
    call: Call,
  ): Promise<string> => {
    const write: Upload['write'] = (file, data) => {
      throwIfUnwanted(call, 'the version was received');
      return upload.write(file, data);
    };
    if (header.path !== '') {
      const names = versionFiles(config.limits).keys();
      await importVersion(header.path, config.importFolder, names, { write });
      return '';
    }
    for (;;) {
      const { done, value } = await waitFor(chunks.next(), soon(call), 'the next part was waited for');
      if (done === true)
        throw invalidRequest([
          { field: 'part', description: 'the stream ended before the end was told; send it last' },
        ]);
      if (value.part === 'end' && value.end != null) return value.end.digest;
      if (value.part !== 'chunk' || value.chunk == null)
        throw invalidRequest([
          { field: 'part', description: 'is no chunk; send one header, then the files, then the end' },
        ]);
      await write(value.chunk.file, value.chunk.data);
    }
  };

  const setAliases = async (header: Header, version: number, call: Call): Promise<void> => {
    for (const alias of header.aliases) await aliases.set(header.name, alias, version, call);
  };

  /** Durable, and asked for, when it resolves; else nothing of it is left. */
  const take = async (messages: AsyncIterator<RegisterModelRequest>, call: Call): Promise<Taken> => {
    const first = await waitFor(messages.next(), soon(call), 'the header was waited for');
    const header = first.done === true ? undefined : first.value.header;
    if (header == null)
      throw invalidRequest([
        { field: 'part', description: 'the first message is no header; name the model' },
      ]);
    checkHeader(header);
    const { name } = header;
    if ((await versionsOf(name)).has(header.version)) throw modelExists(name, header.version);
    const upload = await uploads.begin(name);
    try {
      const expected = await receive(header, messages, upload, call);
      const { digest } = await upload.finish();
      if (expected !== '' && expected !== digest)
        throw invalidRequest([
          {
            field: 'end.digest',
            description: `is ${clipped(expected)}, but what arrived has ${digest}; send it again`,
          },
        ]);
      return { header, version: await inTurn(() => store(header, upload, digest, call)) };
    } catch (error) {
      await upload.discard();
      throw error;
    }
  };

  async function* register(
    requests: AsyncIterable<RegisterModelRequest>,
    call: Call,
  ): AsyncGenerator<RegisterModelResponse> {
    const messages = requests[Symbol.asyncIterator]();
    const { header, version } = await take(messages, call).finally(() => {
      // Not waited for: it may wait for a caller who sends nothing more.
      messages.return?.()?.catch(() => {});
    });
    const { name } = header;
    const { number } = version;
    const ready = version.whenTried().then(() => setAliases(header, number, call));
    ready.catch(() => {});
    keeper.step();
    yield { model: describe(name, number) };
    await waitFor(ready, call, `'${name}' version ${number} is being loaded; ${whatGoesOn}`);
    yield { model: describe(name, number) };
  }

  return async function* limited(requests, call) {
    if (underWay >= maxUploads)
      throw new MeshError(
        'QUEUE_FULL',
        `${maxUploads} models are being registered already; wait for one of them`,
        { retryAfterMs: busyRetryMs },
      );
    underWay++;
    try {
      yield* register(requests, call);
    } finally {
      underWay--;
    }
  };
}

/** A version that is stored. */
interface Taken {
  readonly header: Header;
  readonly version: Version;
}

function clipped(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

/** The same call, which waits no longer than for a sign of life. */
function soon(call: Call): Call {
  return { ...call, deadline: Math.min(call.deadline, performance.now() + maxIdleMs) };
}

function checkHeader({ aliases, name, path, version }: Header): void {
  const violations: FieldViolation[] = [];
  const nameFault = modelNameFault(name);
  if (nameFault !== undefined) violations.push({ field: 'header.name', description: nameFault });
  if (version > maxVersion)
    violations.push({ field: 'header.version', description: `is above ${maxVersion}` });
  if (path.length > maxPathLength)
    violations.push({ field: 'header.path', description: `is longer than ${maxPathLength} characters` });
  if (aliases.length > maxAliases)
    violations.push({
      field: 'header.aliases',
      description: `are ${aliases.length}, more than ${maxAliases}`,
    });
  for (const alias of aliases)
    if (!aliasForm.pattern.test(alias))
      violations.push({ field: 'header.aliases', description: `'${alias}' is no alias; ${aliasForm.text}` });
  if (violations.length > 0) throw invalidRequest(violations);
}
