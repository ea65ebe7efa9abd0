import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { MeshError } from '../errors/mesh-error.ts';
import { hexOfKeyId } from './note.ts';
import { bytesOfBase64, isKeyName } from './text-forms.ts';

/** Checks signatures of one key. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: number;
  /** As text: name+id+key. */
  readonly vkey: string;
  verify(text: string, signature: Buffer): boolean;
}

/** Signature types of c2sp.org/signed-note: what a log signs, and what a witness does (c2sp.org/tlog-cosignature). */
export const signatureTypes = { log: 1, witness: 4 } as const;
export type SignatureType = (typeof signatureTypes)[keyof typeof signatureTypes];

const publicKeyBytes = 32;
const signatureBytes = 64;
const timestampBytes = 8;

/** Reads a verifier key, "name+id+key". CONFIG_INVALID if it is malformed or not of this type. */
export function parseVerifierKey(vkey: string, type: SignatureType): NoteVerifier {
  const refuse = (why: string): MeshError =>
    new MeshError('CONFIG_INVALID', `the verifier key ${JSON.stringify(vkey)} can not be used: ${why}`);
  const [name = '', id = '', ...rest] = vkey.split('+');
  const key = bytesOfBase64(rest.join('+'));
  if (!isKeyName(name) || !/^[0-9a-fA-F]{8}$/.test(id) || key === undefined || key.length === 0)
    throw refuse('give it as name+id+key, as "scoremesh audit vkey" prints it');
  if (key[0] !== type || key.length !== 1 + publicKeyBytes) {
    const wanted = type === signatureTypes.log ? 'a log, Ed25519 (0x01)' : 'a witness, Ed25519 (0x04)';
    throw refuse(`it is none of ${wanted}, but of type ${key[0]}`);
  }
  const keyId = keyIdOf(name, type, key.subarray(1));
  if (keyId !== Number.parseInt(id, 16)) throw refuse(`its id does not belong to its name and key`);
  return verifierOf(name, type, key.subarray(1));
}

/** The verifier of a public key of 32 bytes. */
export function verifierOf(name: string, type: SignatureType, publicKey: Buffer): NoteVerifier {
  const keyId = keyIdOf(name, type, publicKey);
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') },
    format: 'jwk',
  });
  const typed = Buffer.concat([Buffer.of(type), publicKey]).toString('base64');
  return {
    name,
    keyId,
    vkey: `${name}+${hexOfKeyId(keyId)}+${typed}`,
    verify: type === signatureTypes.log ? logCheck(key) : witnessCheck(key),
  };
}

function logCheck(key: KeyObject): NoteVerifier['verify'] {
  return (text, signature) =>
    signature.length === signatureBytes && verify(null, Buffer.from(text), key, signature);
}

function witnessCheck(key: KeyObject): NoteVerifier['verify'] {
  return (text, signature) =>
    signature.length === timestampBytes + signatureBytes &&
    verify(
      null,
      Buffer.from(cosignedText(text, signature.readBigUInt64BE(0))),
      key,
      signature.subarray(timestampBytes),
    );
}

/** What a witness signs of a checkpoint. */
export function cosignedText(text: string, timeSeconds: bigint): string {
  return `cosignature/v1\ntime ${timeSeconds}\n${text}`;
}

/** First bytes of SHA-256(name || newline || type || public key), as a number. */
export function keyIdOf(name: string, type: SignatureType, publicKey: Buffer): number {
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey]);
  return Number.parseInt(hash('sha256', input, 'hex').slice(0, 8), 16);
}
