import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MeshError } from '../../../kit/errors/mesh-error.ts';
import type { Log } from '../../../kit/log/log.ts';
import type { AuditConfig } from '../../config.ts';
import { lockFolder } from '../../lock.ts';
import { auditFolders } from '../../opening.ts';
import { type CheckReport, checkAudit } from '../check/check-log.ts';
import type { Finding, FindingName } from '../check/findings.ts';
import { rebuildAudit } from '../rebuild.ts';
import { restoringFolder } from '../restoring.ts';
import { type ExistingLog, readExisting } from './existing-log.ts';
import { copyBytes, syncPath } from './files.ts';
import { type AuditBackUp, damaged, readManifest } from './manifest.ts';
import { trustedCheckpoint } from './trusted-checkpoint.ts';

export interface RestoreOptions {
  /** Of the folder to restore to, and of its keys. */
  readonly config: AuditConfig;
  readonly backUp: string;
  /** A checkpoint of the log that was kept elsewhere: the signed note. */
  readonly checkpoint: string | undefined;
  /** The key that must have signed it; that of the back-up if not given. */
  readonly vkey: string | undefined;
  /** Whether the back-up may lack entries that the checkpoint has: the log then goes on as another one than it was. */
  readonly allowsLoss: boolean;
  readonly log: Log;
  readonly progress: (share: number, records: number) => void;
  readonly signal: AbortSignal;
}

export interface Restored {
  readonly backUp: AuditBackUp;
  /** Entries of a log that stood there and that the restored one begins with; undefined if none stood there. */
  readonly replaced: number | undefined;
  /** Keys were there, so that contents were checked, erasures done again, and the index built. */
  readonly hadKeys: boolean;
  /** Keys of erased subjects that were destroyed again. */
  readonly destroyedKeys: number;
  /** What is not as it should be of contents and keys. */
  readonly findings: readonly Finding[];
}

/** What an older or younger folder of keys explains: it is told, and the log is restored all the same. */
const ofContents: readonly FindingName[] = [
  'content_lost',
  'content_damaged',
  'payload_missing',
  'payload_damaged',
  'payload_orphaned',
  'key_not_destroyed',
  'keys_unreadable',
];

/**
 * Makes the audit folder of a back-up, in a folder beside it that takes its place when it is whole: who is interrupted runs it again. Everything is
 * verified before. Fails with CONFIG_INVALID where a log stands that is longer, or is another; with STATE_CORRUPT if the back-up is damaged or
 * is not what the checkpoint says.
 */
export async function restoreAudit(options: RestoreOptions): Promise<Restored> {
  const { config, log } = options;
  const backUp = resolve(options.backUp);
  const manifest = await readManifest(backUp);
  const checkpoint =
    options.checkpoint === undefined
      ? undefined
      : trustedCheckpoint(options.checkpoint, options.vkey ?? manifest.vkey);
  if (options.vkey !== undefined && options.vkey !== manifest.vkey)
    throw damaged(backUp, `it is of the log ${manifest.vkey}, and not of ${options.vkey}`);
  if (checkpoint !== undefined && checkpoint.size > manifest.treeSize && !options.allowsLoss)
    throw new MeshError(
      'CONFIG_INVALID',
      `the log had ${checkpoint.size} entries when the checkpoint was signed, and the back-up ${backUp} has ${manifest.treeSize}: restored, it would go on as another log than the signed one. Use a later back-up, or accept the loss with --allow-loss`,
    );
  const { folder } = config;
  const draft = restoringFolder(folder);
  await undoHalf(folder, draft);
  const lock = (await hasFiles(folder)) ? await lockFolder(folder) : undefined;
  let isSwapped = false;
  try {
    const existing = lock === undefined ? undefined : await readExisting(folder, options.signal);
    refuseLonger(folder, existing, manifest, backUp);
    await copyBackUp(backUp, draft, manifest);
    const wanted = [checkpoint?.size, existing?.size, existing?.head?.size].filter(
      (size) => size !== undefined,
    );
    const report = await checkDraft(options, draft, new Set(wanted));
    refuseOther(options, manifest, report, existing, checkpoint);
    const hadKeys = existsSync(join(config.keysFolder, 'store.key'));
    if (hadKeys) await rebuildAudit({ config: { ...config, folder: draft }, log, progress: () => {} });
    await syncPath(draft);
    await swap(folder, draft);
    isSwapped = true;
    const findings = report.findings.filter(({ name }) => ofContents.includes(name));
    return {
      backUp: manifest,
      replaced: existing?.size,
      hadKeys,
      destroyedKeys: report.counts.get('key_not_destroyed') ?? 0,
      findings: findings.filter(({ isRepaired }) => !isRepaired),
    };
  } finally {
    // What was locked is gone then.
    if (!isSwapped) {
      await rm(draft, { recursive: true, force: true });
      await lock?.release(false);
    }
  }
}

function replacedFolder(folder: string): string {
  return `${folder}.replaced`;
}

/** What an interrupted restore left: before the swap the draft, between its two steps the log that stood there. */
async function undoHalf(folder: string, draft: string): Promise<void> {
  const replaced = replacedFolder(folder);
  if (existsSync(replaced) && !existsSync(folder)) await rename(replaced, folder);
  await rm(draft, { recursive: true, force: true });
  await rm(replaced, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await syncPath(dirname(folder));
}

async function hasFiles(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).length > 0;
}

function refuseLonger(
  folder: string,
  existing: ExistingLog | undefined,
  manifest: AuditBackUp,
  backUp: string,
): void {
  if (existing === undefined) return;
  const size = Math.max(existing.size, existing.head?.size ?? 0);
  if (size > manifest.treeSize)
    throw new MeshError(
      'CONFIG_INVALID',
      `the log in ${folder} has ${size} entries, more than the ${manifest.treeSize} of the back-up ${backUp}: nothing is restored over it; move it away if it is beyond use`,
    );
  if (existing.vkey !== undefined && existing.vkey !== manifest.vkey)
    throw new MeshError(
      'CONFIG_INVALID',
      `the log in ${folder} is ${existing.vkey}, and the back-up ${backUp} is of ${manifest.vkey}: restore it to another folder`,
    );
}

async function copyBackUp(backUp: string, draft: string, { segments, vkey }: AuditBackUp): Promise<void> {
  for (const entry of await readdir(backUp, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const inside = join(entry.parentPath, entry.name).slice(backUp.length + 1);
    if (!/^(?:log|tree|payloads)\/|^vkey$/.test(inside)) continue;
    const target = join(draft, inside);
    await mkdir(dirname(target), { recursive: true, mode: 0o750 });
    const copied = await copyBytes(join(backUp, inside), target);
    if (!inside.startsWith('log/') || !inside.endsWith('.log')) continue;
    const expected = segments.find(({ name }) => `log/${name}` === inside);
    if (expected?.sizeBytes !== copied.sizeBytes)
      throw damaged(backUp, `${inside} has ${copied.sizeBytes} bytes and not ${expected?.sizeBytes ?? 0}`);
    if (expected.sha256 !== copied.sha256) throw damaged(backUp, `${inside} has another SHA-256`);
  }
  for (const { name } of segments)
    if (!existsSync(join(auditFolders(draft).log, name))) throw damaged(backUp, `log/${name} is missing`);
  if ((await readFile(join(draft, 'vkey'), 'utf8').catch(() => '')).trim() !== vkey)
    throw damaged(backUp, 'vkey is not the public key that its manifest names');
  const folders = (await readdir(draft, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  );
  for (const entry of folders) await syncPath(join(entry.parentPath, entry.name));
}

async function checkDraft(
  { config, log, progress, signal }: RestoreOptions,
  draft: string,
  wantedSizes: ReadonlySet<number>,
): Promise<CheckReport> {
  return await checkAudit({
    config: { ...config, folder: draft },
    log,
    treeOnly: !existsSync(join(config.keysFolder, 'store.key')),
    repairs: true,
    wantedSizes,
    progress,
    signal,
  });
}

function refuseOther(
  { backUp, config }: RestoreOptions,
  { rootHash, treeSize }: AuditBackUp,
  report: CheckReport,
  existing: ExistingLog | undefined,
  checkpoint: { readonly size: number; readonly rootHash: Buffer } | undefined,
): void {
  const fault = report.findings.find(
    ({ name, severity }) => severity === 'fault' && !ofContents.includes(name),
  );
  if (fault !== undefined) throw damaged(backUp, `${fault.place}: ${fault.what}`);
  if (report.treeSize !== treeSize || report.rootHash !== rootHash)
    throw damaged(
      backUp,
      `it has ${report.treeSize} entries with the root ${report.rootHash}, and not ${treeSize} with ${rootHash}`,
    );
  const differs = (head: { readonly size: number; readonly rootHash: Buffer } | undefined): boolean =>
    head !== undefined &&
    head.size > 0 &&
    head.size <= treeSize &&
    report.roots.get(head.size)?.equals(head.rootHash) !== true;
  if (differs(checkpoint))
    throw new MeshError(
      'STATE_CORRUPT',
      `the back-up ${backUp} is not of the log that signed the checkpoint: at ${checkpoint?.size} entries it has another root`,
    );
  if (differs(existing) || differs(existing?.head))
    throw new MeshError(
      'CONFIG_INVALID',
      `the log in ${config.folder} is not the beginning of that in the back-up ${backUp}: at ${existing?.size} entries they have different roots; restore it to another folder, and find out which is right`,
    );
}

/** Both steps are one for who runs it again. */
async function swap(folder: string, draft: string): Promise<void> {
  const replaced = replacedFolder(folder);
  if (existsSync(folder)) await rename(folder, replaced);
  await rename(draft, folder);
  await syncPath(dirname(folder));
  await rm(replaced, { recursive: true, force: true });
}
