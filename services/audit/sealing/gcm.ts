import { createCipheriv, createDecipheriv } from 'node:crypto';

/*
 * What is encrypted stands as nonce (12 bytes), ciphertext, tag (16 bytes): AES-256-GCM, NIST SP 800-38D, with a random nonce.
 */
const algorithm = 'aes-256-gcm';
export const nonceBytes = 12;
const tagBytes = 16;
const options = { authTagLength: tagBytes };

/** By how much ciphertext is longer than what it holds. */
export const gcmBytes = nonceBytes + tagBytes;

/** Encrypts into `into` at `at`, which needs `gcmBytes` more than `plain` has. A nonce serves once. */
export function encryptInto(
  into: Buffer,
  at: number,
  key: Buffer,
  nonce: Buffer,
  associated: Buffer,
  plain: Buffer,
): void {
  const cipher = createCipheriv(algorithm, key, nonce, options);
  cipher.setAAD(associated);
  into.set(nonce, at);
  into.set(cipher.update(plain), at + nonceBytes);
  cipher.final();
  into.set(cipher.getAuthTag(), at + nonceBytes + plain.length);
}

/** What was encrypted; undefined if a byte of it, the key or the associated data is not what it was. */
export function decrypt(encrypted: Buffer, key: Buffer, associated: Buffer): Buffer | undefined {
  const tagAt = encrypted.length - tagBytes;
  if (tagAt < nonceBytes) return undefined;
  const decipher = createDecipheriv(algorithm, key, encrypted.subarray(0, nonceBytes), options);
  decipher.setAAD(associated);
  decipher.setAuthTag(encrypted.subarray(tagAt));
  const plain = decipher.update(encrypted.subarray(nonceBytes, tagAt));
  try {
    decipher.final();
    return plain;
  } catch {
    plain.fill(0);
    return undefined;
  }
}
