import { createHash } from 'node:crypto';
import type { DeclareResponse__Output } from '../../gen/scoremesh/feature/v1/DeclareResponse.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import { changesBetween } from '../declarations/changes.ts';
import { readDeclarations } from '../declarations/declaration-files.ts';
import { parseDeclarations } from '../declarations/declaration-text.ts';
import type { Declarations } from '../declarations/declarations.ts';
import { decodeDeclaration, decodeSet, encodeDeclarations } from '../declarations/stored-declarations.ts';
import { streamChangeFault } from '../declarations/stream-change.ts';
import { createViewProgram } from '../engine/create-view-program.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { StreamPlans } from '../ingest/stream-plans.ts';
import type { FeatureStore, StoredDeclaration } from '../store/feature-store.ts';
import { Catalog } from './catalog.ts';
import { viewConditions } from './view-conditions.ts';

export interface OpenedCatalog {
  readonly catalog: Catalog;
  /** As it was opened. */
  readonly streams: StreamPlans;
  /** The Declare RPC. Events wait while it takes its declarations in force. */
  declare(yaml: string, dryRun: boolean, ingest: Intake): Promise<DeclareResponse__Output>;
  /** Takes in force what other processes declared over the same store since this was last asked. */
  takeOthers(ingest: Intake): Promise<void>;
}

type Intake = Pick<Ingest, 'queue' | 'use'>;

/** Far more than people write; what is larger would be checked for seconds while nothing else is answered. */
const maxTextBytes = 256 * 1024;

/** The kind under which the text of a Declare is kept. */
const textKind = 'text';

/**
 * The declarations of the folder, and over them those that were declared by RPC, in their order; where these replace one of a file, the log
 * says so.
 * Fails with CONFIG_INVALID, naming every fault.
 */
export async function openCatalog(
  folder: string | undefined,
  store: FeatureStore,
  log: Log,
): Promise<OpenedCatalog> {
  const stored = await store.declarations();
  const catalog = new Catalog(store, (view) => createViewProgram(view, viewConditions(view)));
  catalog.remember(
    stored.filter(({ kind }) => kind === 'set').map(decodeSet),
    stored
      .filter(({ kind }) => kind === 'view')
      .flatMap((entry) => [...decodeDeclaration(entry).views.values()]),
  );
  const known = new Set(stored.map(idOf));
  const keep = async (declarations: Declarations, text: readonly StoredDeclaration[]): Promise<void> => {
    const added = [...encodeDeclarations(declarations), ...text].filter((entry) => !known.has(idOf(entry)));
    if (added.length > 0) await store.addDeclarations(added);
    for (const entry of added) known.add(idOf(entry));
  };

  const declarations = await declaredAtStart(folder, stored, log);
  refuseChangedStreams(lastStreams(stored), declarations);
  await keep(declarations, []);
  const streams = await catalog.use(declarations);

  const take = async (
    yaml: string,
    dryRun: boolean,
    keepText: boolean,
    ingest: Intake,
  ): Promise<DeclareResponse__Output> => {
    const before = catalog.current;
    const next = parseDeclarations(yaml, before);
    const changes = changesBetween(before, next);
    if (dryRun || changes.length === 0) return { changes };
    await keep(next, keepText ? [textOf(yaml)] : []);
    const plans = await catalog.use(next);
    await ingest.use(plans.byStream);
    log.info('declarations of features are in force', {
      changes: changes.map(({ kind, name }) => `${kind} ${name}`),
    });
    return { changes };
  };
  return {
    catalog,
    streams,
    declare: async (yaml, dryRun, ingest) => {
      if (Buffer.byteLength(yaml) > maxTextBytes)
        throw new MeshError(
          'FEATURE_DECLARATION_INVALID',
          `the text has ${Buffer.byteLength(yaml)} bytes; at most ${maxTextBytes} are taken at once: declare it in parts, or as a file`,
        );
      if (dryRun) return take(yaml, dryRun, true, ingest);
      return ingest.queue.pause(() => take(yaml, dryRun, true, ingest));
    },
    takeOthers: async (ingest) => {
      const fresh = (await store.declarations()).filter((entry) => !known.has(idOf(entry)));
      for (const entry of fresh) {
        known.add(idOf(entry));
        if (entry.kind !== textKind) continue;
        await ingest.queue.pause(() => take(JSON.parse(entry.json) as string, false, false, ingest));
      }
    },
  };
}

async function declaredAtStart(
  folder: string | undefined,
  stored: readonly StoredDeclaration[],
  log: Log,
): Promise<Declarations> {
  const files = await readDeclarations(folder);
  let declarations = files;
  const texts = stored.filter(({ kind }) => kind === textKind);
  if (texts.length === 0) return declarations;
  for (const { digest, json } of texts) {
    try {
      declarations = parseDeclarations(JSON.parse(json) as string, declarations);
    } catch (error) {
      log.error('declarations that were declared by RPC do not fit the files any more and are left out', {
        digest,
        error,
      });
    }
  }
  const replaced = changesBetween(declarations, files).filter(({ previousDigest }) => previousDigest !== '');
  if (replaced.length > 0)
    log.warn(
      'declarations of files are not in force, because others were declared by RPC; declare the file to replace them',
      {
        names: replaced.map(({ kind, name }) => `${kind} ${name}`),
      },
    );
  return declarations;
}

/** The streams as they were last in force. */
function lastStreams(stored: readonly StoredDeclaration[]): Declarations['streams'] {
  const last = new Map(stored.filter(({ kind }) => kind === 'stream').map((entry) => [entry.name, entry]));
  return new Map([...last.values()].flatMap((entry) => [...decodeDeclaration(entry).streams]));
}

/** Events that are stored must stay readable. */
function refuseChangedStreams(before: Declarations['streams'], next: Declarations): void {
  const violations = [...next.streams.values()].flatMap((stream) => {
    const old = before.get(stream.name);
    const fault = old === undefined ? undefined : streamChangeFault(old, stream);
    return fault === undefined ? [] : [{ field: `streams.${stream.name}`, description: fault }];
  });
  if (violations.length === 0) return;
  const text = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  throw new MeshError('CONFIG_INVALID', text, { violations });
}

function textOf(yaml: string): StoredDeclaration {
  const digest = `sha256:${createHash('sha256').update(yaml).digest('hex')}`;
  return { kind: textKind, name: `${Date.now()}`, digest, json: JSON.stringify(yaml) };
}

function idOf({ kind, name, digest }: StoredDeclaration): string {
  return JSON.stringify([kind, name, digest]);
}
