import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { MeshError } from '../errors/mesh-error.ts';
import { hexOfKeyId, signatureLine } from './note.ts';
import { bytesOfBase64, isKeyName } from './text-forms.ts';
import { keyIdOf, signatureTypes, verifierOf } from './verifier-key.ts';

/** Signs notes as a log. */
export interface NoteSigner {
  readonly name: string;
  /** The public key as text, for who verifies. */
  readonly vkey: string;
  /** The signature line of a text that ends with a newline. About 40 us. */
  sign(text: string): string;
}

const seedBytes = 32;
/** Before the seed in PKCS #8 (RFC 8410 section 7). */
const pkcs8Start = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A new key as Go's note package writes it: PRIVATE+KEY+name+id+key. CONFIG_INVALID if the name can't be a key's. */
export function createSigningKey(name: string): string {
  if (!isKeyName(name))
    throw new MeshError(
      'CONFIG_INVALID',
      `the origin ${JSON.stringify(name)} can not name a key; give one without spaces and plus signs, e.g. example.com/log`,
    );
  const seed = randomBytes(seedBytes);
  const keyId = keyIdOf(name, signatureTypes.log, publicKeyOf(privateKeyOf(seed)));
  const typed = Buffer.concat([Buffer.of(signatureTypes.log), seed]).toString('base64');
  return `PRIVATE+KEY+${name}+${hexOfKeyId(keyId)}+${typed}`;
}

/** Reads a private key; `where` names it in messages, which never show the key. CONFIG_INVALID if it is malformed. */
export function parseSigningKey(text: string, where: string): NoteSigner {
  const refuse = (why: string): MeshError =>
    new MeshError('CONFIG_INVALID', `${where} can not be used: ${why}`);
  const [first, second, name = '', id = '', ...rest] = text.split('+');
  const key = bytesOfBase64(rest.join('+'));
  if (first !== 'PRIVATE' || second !== 'KEY' || !isKeyName(name) || !/^[0-9a-fA-F]{8}$/.test(id))
    throw refuse('it is no key as "scoremesh audit keygen" writes it');
  if (key?.length !== 1 + seedBytes || key[0] !== signatureTypes.log)
    throw refuse('it is no Ed25519 key as "scoremesh audit keygen" writes it');
  const privateKey = privateKeyOf(key.subarray(1));
  const { keyId, vkey } = verifierOf(name, signatureTypes.log, publicKeyOf(privateKey));
  if (keyId !== Number.parseInt(id, 16)) throw refuse('its id does not belong to its name and key');
  return {
    name,
    vkey,
    sign: (signed) => signatureLine(name, keyId, sign(null, Buffer.from(signed), privateKey)),
  };
}

function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Start, seed]), format: 'der', type: 'pkcs8' });
}

function publicKeyOf(privateKey: KeyObject): Buffer {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}
