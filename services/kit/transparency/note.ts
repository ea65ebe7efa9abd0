import { malformed, proofInvalid } from './proof-fault.ts';
import { bytesOfBase64, isKeyName } from './text-forms.ts';
import type { NoteVerifier } from './verifier-key.ts';

/** A text with signatures, as c2sp.org/signed-note has it. Nothing of it may be believed before `verifyNote`. */
export interface Note {
  /** With its final newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  /** Without the key id. */
  readonly bytes: Buffer;
  /** The line, with its newline. */
  readonly line: string;
}

/** The specification asks for at least 16. */
const maxSignatures = 100;
const signatureStart = '— ';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u;

/** Reads a note; `firstLine` is the number of its first line, for messages. PROOF_INVALID if it is malformed. */
export function parseNote(note: string, firstLine = 1): Note {
  const wrong = forbidden.exec(note);
  if (wrong !== null)
    throw malformed(firstLine + newlinesIn(note, wrong.index), 'a character that a note can not have');
  const split = note.lastIndexOf('\n\n');
  if (split < 1) throw malformed(firstLine, 'no empty line between a text and its signatures');
  const text = note.slice(0, split + 1);
  const at = firstLine + newlinesIn(note, split + 2);
  return { text, signatures: parseSignatures(note.slice(split + 2), at) };
}

/** Reads signature lines, at least one. */
export function parseSignatures(block: string, firstLine = 1): NoteSignature[] {
  const lines = block.split('\n');
  if (lines.pop() !== '') throw malformed(firstLine + lines.length, 'the last line does not end');
  if (lines.length === 0) throw malformed(firstLine, 'no signature');
  if (lines.length > maxSignatures)
    throw malformed(firstLine + maxSignatures, `more than ${maxSignatures} signatures`);
  return lines.map((line, n) => parseSignature(line, firstLine + n));
}

function parseSignature(line: string, number: number): NoteSignature {
  if (!line.startsWith(signatureStart))
    throw malformed(number, 'a signature begins with an em dash and a space');
  const end = line.indexOf(' ', signatureStart.length);
  const name = line.slice(signatureStart.length, end);
  if (end === -1 || !isKeyName(name)) throw malformed(number, 'no name of a key');
  const signed = bytesOfBase64(line.slice(end + 1));
  if (signed === undefined || signed.length < 5) throw malformed(number, 'no signature in Base 64');
  return { name, keyId: signed.readUInt32BE(0), bytes: signed.subarray(4), line: `${line}\n` };
}

export function signatureLine(name: string, keyId: number, bytes: Buffer): string {
  const signed = Buffer.allocUnsafe(4 + bytes.length);
  signed.writeUInt32BE(keyId, 0);
  bytes.copy(signed, 4);
  return `${signatureStart}${name} ${signed.toString('base64')}\n`;
}

/** The verifiers whose signatures it has. PROOF_INVALID if a signature of one of them is wrong, or if there is none of any. */
export function verifyNote(note: Note, verifiers: readonly NoteVerifier[]): NoteVerifier[] {
  const signers = cosignersOf(note, verifiers);
  if (signers.length > 0) return signers;
  const names = note.signatures.map(({ name, keyId }) => `${name}+${hexOfKeyId(keyId)}`).join(', ');
  throw proofInvalid('unknown_key', `signed by ${names}, and none of these keys is trusted here`);
}

/** As verifyNote, but there may be none. */
export function cosignersOf(note: Note, verifiers: readonly NoteVerifier[]): NoteVerifier[] {
  const signers = new Set<NoteVerifier>();
  for (const signature of note.signatures) {
    const verifier = verifiers.find(
      ({ name, keyId }) => name === signature.name && keyId === signature.keyId,
    );
    if (verifier === undefined) continue;
    if (!verifier.verify(note.text, signature.bytes))
      throw proofInvalid('bad_signature', `the signature of ${verifier.name} does not verify`);
    signers.add(verifier);
  }
  return [...signers];
}

export function hexOfKeyId(keyId: number): string {
  return keyId.toString(16).padStart(8, '0');
}

function newlinesIn(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
