import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCheckpoint, signCheckpoint } from '../../../services/kit/transparency/checkpoint.ts';
import { parseNote, verifyNote } from '../../../services/kit/transparency/note.ts';
import { proofFaultOf } from '../../../services/kit/transparency/proof-fault.ts';
import { createSigningKey, parseSigningKey } from '../../../services/kit/transparency/signing-key.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import { errorOf } from '../../audit/fixture.ts';
import { createWitnessKey } from './witness-key.ts';

/** Made by Go's note.GenerateKey and note.Sign (golang.org/x/mod/sumdb/note, its documentation). */
const goKey = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const goVkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const goNote =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

const log = parseVerifierKey(goVkey, signatureTypes.log);
const root = Buffer.alloc(32, 9);

function faultOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    const fault = proofFaultOf(error);
    if (fault !== undefined) return fault;
    throw error;
  }
  return undefined;
}

describe('a signed note', () => {
  test("of Go's note package is read and verified, and ours is the same", () => {
    const note = parseNote(goNote);
    expect(verifyNote(note, [log])).toEqual([log]);
    const signer = parseSigningKey(goKey, 'the key');
    expect(signer.vkey).toBe(goVkey);
    expect(`${note.text}\n${signer.sign(note.text)}`).toBe(goNote);
  });

  test('keeps empty lines of its text, and ignores signatures of other keys', () => {
    const signer = parseSigningKey(goKey, 'the key');
    const stranger = parseSigningKey(createSigningKey('PeterNeumann'), 'another');
    const text = 'one\n\nthree\n';
    const note = parseNote(`${text}\n${stranger.sign(text)}${signer.sign(text)}`);
    expect(note.text).toBe(text);
    expect(verifyNote(note, [log])).toEqual([log]);
    expect(faultOf(() => verifyNote(parseNote(`${text}\n${stranger.sign(text)}`), [log]))).toBe(
      'unknown_key',
    );
  });

  test('is refused as a whole if a signature of a known key is wrong', () => {
    const signer = parseSigningKey(goKey, 'the key');
    const other = parseSigningKey(createSigningKey('b'), 'another');
    const note = parseNote(`text\n\n${other.sign('text\n')}${signer.sign('other\n')}`);
    const keys = [log, parseVerifierKey(other.vkey, signatureTypes.log)];
    expect(faultOf(() => verifyNote(note, keys))).toBe('bad_signature');
  });

  test.each([
    ['', 1],
    ['text\n', 1],
    ['text\n\n', 3],
    ['text\n\n— a', 3],
    [goNote.slice(0, -1), 4],
    [goNote.replace('—', '-'), 4],
    [goNote.replace('PeterNeumann ', 'Peter+Neumann '), 4],
    [goNote.replace('PeterNeumann ', '\u00a0 '), 4],
    [goNote.replace('PeterNeumann ', ' '), 4],
    [goNote.replace('wJnAM=', 'wJnAN='), 4],
    [goNote.replace('x08go', 'x08g\r'), 4],
    [goNote.replace('answer', 'ans\twer'), 1],
    [goNote.replace('know', '\ud800'), 2],
    [`${goNote}— PeterNeumann AAAA\n`, 5],
    [`${goNote}\n`, 6],
  ])('that is malformed is refused with its line: %j', (text, line) => {
    try {
      parseNote(text);
      expect.unreachable();
    } catch (error) {
      expect(proofFaultOf(error)).toBe('malformed');
      expect((error as Error).message).toContain(`line ${line}:`);
    }
  });

  test('has at most 100 signatures', () => {
    const line = goNote.split('\n')[3];
    expect(parseNote(`t\n\n${`${line}\n`.repeat(100)}`).signatures.length).toBe(100);
    expect(faultOf(() => parseNote(`t\n\n${`${line}\n`.repeat(101)}`))).toBe('malformed');
  });

  test('whatever is read, only malformed notes are refused, and those read are written back', () => {
    const piece = fc.constantFrom(
      '\n',
      '\n\n',
      '— ',
      'a',
      ' ',
      'AAAAAAAA',
      '=',
      '+',
      '\t',
      '—',
      'é',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('');
        const fault = faultOf(() => {
          const note = parseNote(text);
          expect(`${note.text}\n${note.signatures.map(({ line }) => line).join('')}`).toBe(text);
        });
        expect([undefined, 'malformed']).toContain(fault);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a checkpoint', () => {
  test('that is signed is read back', () => {
    const signer = parseSigningKey(goKey, 'the key');
    const note = parseNote(signCheckpoint(signer, { size: 12, rootHash: root }));
    expect(verifyNote(note, [log])).toEqual([log]);
    expect(parseCheckpoint(note.text)).toEqual({ origin: 'PeterNeumann', size: 12, rootHash: root });
  });

  test.each([
    [`\n1\n${root.toString('base64')}\n`, 1],
    [`o\n01\n${root.toString('base64')}\n`, 2],
    [`o\n-1\n${root.toString('base64')}\n`, 2],
    [`o\n9007199254740992\n${root.toString('base64')}\n`, 2],
    [`o\n1\n${root.toString('hex')}\n`, 3],
    [`o\n1\n${root.toString('base64')}`, 4],
    [`o\n1\n${root.toString('base64')}\n\n`, 4],
    [`o\n1\n${root.toString('base64')}\nx\n\ny\n`, 5],
    ['o\n1\n', 3],
    ['o\n', 2],
  ])('that is malformed is refused with its line: %j', (text, line) => {
    try {
      parseCheckpoint(text);
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toContain(`line ${line}:`);
    }
  });
});

describe('a key', () => {
  test.each([
    '',
    'a',
    'a+b+c',
    goVkey.replace('c74f20a3', 'c74f20a4'),
    goVkey.replace('c74f20a3', 'c74f20a'),
    goVkey.replace('PeterNeumann', 'Peter Neumann'),
    goVkey.replace('PeterNeumann', 'PaulNeumann'),
    goVkey.slice(0, -4),
    `${goVkey}\n`,
    createWitnessKey('w').vkey,
  ])('that can not verify a log is refused by name: %j', async (vkey) => {
    const work = Promise.resolve().then(() => parseVerifierKey(vkey, signatureTypes.log));
    const error = await errorOf(work);
    expect(error.reason).toBe('CONFIG_INVALID');
    expect(error.message).toContain(JSON.stringify(vkey));
  });

  test('of a witness verifies cosignatures with their time, and no plain signatures', () => {
    const witness = createWitnessKey('w.example/1');
    const verifier = parseVerifierKey(witness.vkey, signatureTypes.witness);
    const text = `o\n1\n${root.toString('base64')}\n`;
    const [signature] = parseNote(`${text}\n${witness.cosign(text, 1_700_000_000)}`).signatures;
    expect(verifier.verify(text, signature!.bytes)).toBe(true);
    expect(verifier.verify(`${text}x\n`, signature!.bytes)).toBe(false);
    const later = Buffer.from(signature!.bytes);
    later.writeUInt8(later.readUInt8(7) ^ 1, 7);
    expect(verifier.verify(text, later)).toBe(false);
    expect(verifier.verify(text, signature!.bytes.subarray(8))).toBe(false);
  });

  test.each(['', 'x', goVkey, goKey.slice(0, -4), goKey.replace('c74f20a3', 'c74f20a4'), `${goKey} `])(
    'that is no private key is refused without being shown: %j',
    async (text) => {
      const error = await errorOf(Promise.resolve().then(() => parseSigningKey(text, 'SCOREMESH_LOG_KEY')));
      expect(error.reason).toBe('CONFIG_INVALID');
      expect(error.message).toContain('SCOREMESH_LOG_KEY');
      expect(error.message).not.toContain('AYEKFALVFGyN');
    },
  );

  test.each(['', 'a b', 'a+b', 'a\nb', '\u3000', 'x'.repeat(256)])(
    'can not have the name %j',
    async (name) => {
      const error = await errorOf(Promise.resolve().then(() => createSigningKey(name)));
      expect(error.reason).toBe('CONFIG_INVALID');
    },
  );
});
