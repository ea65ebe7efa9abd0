import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import { decrypt, encryptInto, gcmBytes, nonceBytes } from './gcm.ts';
import type { KeyProvider } from './key-provider.ts';
import { realSealingDisk, type SealingDisk } from './sealing-disk.ts';
import { readWhole, writePrivate } from './whole-file.ts';

export interface MasterKeyOptions {
  /** The key folder, for the master key that is made where none is given. */
  readonly folder: string;
  /** SCOREMESH_MASTER_KEY; undefined if not set. */
  readonly key: string | undefined;
  /** SCOREMESH_MASTER_KEY_FILE; undefined if not set. */
  readonly keyFile: string | undefined;
  readonly disk?: SealingDisk;
  readonly log: Log;
}

/** A wrapped key: this byte, then nonce, ciphertext and tag. */
const version = 1;
const keyBytes = 32;
const accepted = `${keyBytes} bytes as base64 or hex, e.g. of \`openssl rand -base64 ${keyBytes}\``;
/** Group and others; a file that an operator gives may be the group's, as orchestrators mount secrets. */
const notOwner = 0o077;
const others = 0o007;

/**
 * Wraps by a master key on this host: of the setting, else of the file that it names, else of `master.key` in the key folder, which
 * the first wrap makes (mode 0600) and warns about. Nothing is read before it is needed, and no key is kept.
 */
export function createLocalKeyProvider(options: MasterKeyOptions): KeyProvider {
  const { folder, key, keyFile, log } = options;
  const disk = options.disk ?? realSealingDisk();
  const ownPath = join(folder, 'master.key');
  if (key !== undefined && keyFile !== undefined)
    throw invalid('SCOREMESH_MASTER_KEY and SCOREMESH_MASTER_KEY_FILE are both set: set one of them');

  const given = async (): Promise<Buffer | undefined> => {
    if (key !== undefined)
      return parsed(key) ?? fail(`SCOREMESH_MASTER_KEY is not accepted: give ${accepted}`);
    if (keyFile === undefined) return undefined;
    const text = await readWhole(disk, keyFile);
    if (text === undefined) return fail(`SCOREMESH_MASTER_KEY_FILE=${keyFile}: there is no such file`);
    await refuseReadable(disk, keyFile, others);
    return (
      parsed(text.toString('latin1')) ??
      fail(`SCOREMESH_MASTER_KEY_FILE=${keyFile} does not hold ${accepted}`)
    );
  };
  const own = async (): Promise<Buffer | undefined> => {
    const text = await readWhole(disk, ownPath);
    if (text === undefined) return undefined;
    await refuseReadable(disk, ownPath, notOwner);
    const found = parsed(text.toString('latin1'));
    if (found === undefined)
      throw new MeshError(
        'STATE_CORRUPT',
        `${ownPath} does not hold ${accepted}; restore it from its backup: without it nothing that is personal can be read`,
      );
    return found;
  };
  const make = async (): Promise<Buffer> => {
    const fresh = randomBytes(keyBytes);
    await writePrivate(disk, ownPath, Buffer.from(`${fresh.toString('base64')}\n`));
    log.warn(
      'made a master key: back it up, apart from the key folder; without it nothing that is personal can be read',
      {
        file: ownPath,
      },
    );
    return fresh;
  };

  return {
    wrap: async (plain, what) => {
      const master = (await given()) ?? (await own()) ?? (await make());
      const wrapped = Buffer.alloc(1 + gcmBytes + plain.length, version);
      encryptInto(wrapped, 1, master, randomBytes(nonceBytes), Buffer.from(what), plain);
      master.fill(0);
      return wrapped;
    },
    unwrap: async (wrapped, what) => {
      const master = (await given()) ?? (await own());
      if (master === undefined)
        throw new MeshError(
          'STATE_CORRUPT',
          `${ownPath} is missing, and the keys of ${folder} can not be read without it; restore it from its backup, or set SCOREMESH_MASTER_KEY or SCOREMESH_MASTER_KEY_FILE to the key that they were made with`,
          { metadata: { file: ownPath } },
        );
      const plain =
        wrapped[0] === version ? decrypt(wrapped.subarray(1), master, Buffer.from(what)) : undefined;
      master.fill(0);
      if (plain !== undefined) return plain;
      const source =
        key !== undefined
          ? 'the one in SCOREMESH_MASTER_KEY'
          : keyFile !== undefined
            ? `the one in SCOREMESH_MASTER_KEY_FILE=${keyFile}`
            : `the one in ${ownPath}`;
      throw invalid(
        `the keys of ${folder} were made with another master key than ${source}: give the one that they were made with`,
      );
    },
  };
}

function parsed(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  // 43 digits hold 258 bits: the last two must be zero, or another text would be the same key.
  if (/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64');
  return undefined;
}

async function refuseReadable(disk: SealingDisk, path: string, forbidden: number): Promise<void> {
  const mode = await disk.mode(path);
  if ((mode & forbidden) === 0) return;
  throw invalid(
    `${path} may be used by others (mode ${mode.toString(8).padStart(4, '0')}): run chmod 600 on it, and consider whether someone has read it`,
  );
}

function fail(message: string): never {
  throw invalid(message);
}

function invalid(message: string): MeshError {
  return new MeshError('CONFIG_INVALID', message);
}
