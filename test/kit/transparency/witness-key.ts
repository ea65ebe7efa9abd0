import { generateKeyPairSync, sign } from 'node:crypto';
import { signatureLine } from '../../../services/kit/transparency/note.ts';
import {
  cosignedText,
  keyIdOf,
  signatureTypes,
  verifierOf,
} from '../../../services/kit/transparency/verifier-key.ts';

export interface WitnessKey {
  readonly name: string;
  readonly vkey: string;
  /** The signature line of a checkpoint's note text (c2sp.org/tlog-cosignature). */
  cosign(text: string, timeSeconds?: number): string;
}

export function createWitnessKey(name: string): WitnessKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return {
    name,
    vkey: verifierOf(name, signatureTypes.witness, raw).vkey,
    cosign: (text, timeSeconds = Math.floor(Date.now() / 1000)) => {
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(timeSeconds));
      const signed = sign(null, Buffer.from(cosignedText(text, BigInt(timeSeconds))), privateKey);
      return signatureLine(name, keyIdOf(name, signatureTypes.witness, raw), Buffer.concat([time, signed]));
    },
  };
}
