import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signCheckpoint } from '../../../services/kit/transparency/checkpoint.ts';
import { proofFaultOf } from '../../../services/kit/transparency/proof-fault.ts';
import { type ReceiptTrust, verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import { createSigningKey, parseSigningKey } from '../../../services/kit/transparency/signing-key.ts';
import { hashLines, parseTlogProof, tlogProofText } from '../../../services/kit/transparency/tlog-proof.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import { entryAt, leafAt, naivePath, naiveRoot } from './naive-tree.ts';
import { createWitnessKey } from './witness-key.ts';

const signer = parseSigningKey(createSigningKey('example.com/log'), 'the key');
const log = parseVerifierKey(signer.vkey, signatureTypes.log);
const witnessKeys = [createWitnessKey('w.example/1'), createWitnessKey('w.example/2')] as const;
const witnesses = witnessKeys.map(({ vkey }) => parseVerifierKey(vkey, signatureTypes.witness));

function receiptOf(index: number, size: number, cosigners = 0): string {
  const checkpoint = signCheckpoint(signer, { size, rootHash: naiveRoot(0, size) });
  const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1);
  const cosigned = witnessKeys.slice(0, cosigners).map((witness) => witness.cosign(text));
  const path = hashLines(naivePath(index, size));
  return tlogProofText(leafAt(index).toString('base64'), index, path, checkpoint + cosigned.join(''));
}

/** What is wrong; undefined if nothing is. Anything but PROOF_INVALID fails the test. */
function faultOf(receipt: string | Uint8Array, trust: ReceiptTrust): string | undefined {
  try {
    verifyReceipt(receipt, trust);
    return undefined;
  } catch (error) {
    const fault = proofFaultOf(error);
    if (fault !== undefined) return fault;
    throw error;
  }
}

describe('a receipt', () => {
  test('verifies alone, with its entry, and with its witnesses', () => {
    for (const [index, size] of [
      [0, 1],
      [4, 5],
      [2, 7],
      [63, 70],
    ] as const) {
      const verified = { origin: 'example.com/log', index, size, leafHash: leafAt(index) };
      const receipt = receiptOf(index, size, 2);
      expect(verifyReceipt(receipt, { logs: [log] })).toMatchObject({ ...verified, witnesses: [] });
      expect(
        verifyReceipt(Buffer.from(receipt), { logs: [log], entry: entryAt(index), witnesses }),
      ).toMatchObject({
        ...verified,
        witnesses: ['w.example/1', 'w.example/2'],
      });
    }
  });

  test('without its leaf hash needs the entry', () => {
    const receipt = receiptOf(3, 9).replace(/extra .*\n/, '');
    expect(faultOf(receipt, { logs: [log] })).toBe('leaf_unknown');
    expect(faultOf(receipt, { logs: [log], entry: entryAt(3) })).toBeUndefined();
    expect(faultOf(receipt, { logs: [log], entry: entryAt(4) })).toBe('proof_differs');
  });

  test('says what is wrong by name', () => {
    const receipt = receiptOf(3, 9, 1);
    const stranger = parseVerifierKey(
      parseSigningKey(createSigningKey('example.com/log'), 'k').vkey,
      signatureTypes.log,
    );
    expect(faultOf(receipt, { logs: [] })).toBe('unknown_key');
    expect(faultOf(receipt, { logs: [stranger] })).toBe('unknown_key');
    expect(faultOf(receipt, { logs: [stranger, log] })).toBeUndefined();
    expect(faultOf(receipt, { logs: [log], entry: entryAt(4) })).toBe('entry_differs');
    expect(faultOf(receipt, { logs: [log], witnesses })).toBe('quorum_missing');
    expect(faultOf(receipt, { logs: [log], witnesses, quorum: 1 })).toBeUndefined();
    expect(faultOf(receipt, { logs: [log], quorum: 1 })).toBe('quorum_missing');
    expect(faultOf(receipt.replace('\n9\n', '\n8\n'), { logs: [log] })).toBe('bad_signature');
    expect(faultOf(receipt.replace('index 3', 'index 2'), { logs: [log] })).toBe('proof_differs');
    expect(faultOf(receipt.replace('index 3', 'index 9'), { logs: [log] })).toBe('proof_differs');
    expect(faultOf(receipt.replace('index 3', 'index 03'), { logs: [log] })).toBe('malformed');
    expect(faultOf(receiptOf(3, 9).replace(/extra .*/, 'extra AAAA'), { logs: [log] })).toBe('malformed');
    const text = `other.example/log\n9\n${naiveRoot(0, 9).toString('base64')}\n`;
    const moved = tlogProofText(
      leafAt(3).toString('base64'),
      3,
      hashLines(naivePath(3, 9)),
      `${text}\n${signer.sign(text)}`,
    );
    expect(faultOf(moved, { logs: [log] })).toBe('origin_differs');
  });

  test('tells the line where it is malformed', () => {
    const lines = receiptOf(3, 9).split('\n');
    for (let line = 1; line <= 3 + 4; line++) {
      const broken = lines.map((text, n) => (n === line - 1 ? `${text}!` : text)).join('\n');
      expect(() => verifyReceipt(broken, { logs: [log] })).toThrow(`malformed at line ${line}:`);
    }
    const invalid = Buffer.from(receiptOf(3, 9));
    invalid[invalid.indexOf('index')] = 0xff;
    expect(() => verifyReceipt(invalid, { logs: [log] })).toThrow('malformed at line 3: it is not UTF-8');
  });

  test('is refused with any byte of it changed, removed or added, and so is its entry', () => {
    const bytes = Buffer.from(receiptOf(5, 11, 2));
    const entry = entryAt(5);
    const trust = { logs: [log], witnesses, entry };
    expect(faultOf(bytes, trust)).toBeUndefined();
    for (let at = 0; at < bytes.length; at++) {
      const original = bytes[at]!;
      for (const changed of [original ^ 1, original ^ 0x20, original ^ 0x80, 0x0a, 0x20, 0x3d, 0x41]) {
        if (changed === original) continue;
        bytes[at] = changed;
        expect(faultOf(bytes, trust), `byte ${at} as ${changed}`).toBeDefined();
      }
      bytes[at] = original;
      expect(faultOf(bytes.subarray(0, at), trust)).toBeDefined();
      expect(faultOf(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]), trust)).toBeDefined();
      expect(
        faultOf(Buffer.concat([bytes.subarray(0, at), Buffer.of(0x41), bytes.subarray(at)]), trust),
      ).toBeDefined();
    }
    for (let at = 0; at < entry.length; at++) {
      const changed = Buffer.from(entry);
      changed[at] = changed[at]! ^ 1;
      expect(faultOf(bytes, { ...trust, entry: changed })).toBe('entry_differs');
    }
  });

  test('that is anything at all is either read or refused as malformed', () => {
    const lines = receiptOf(5, 11).split('\n');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...lines), fc.string({ unit: 'binary', maxLength: 20 })), {
          maxLength: 12,
        }),
        (mixed) => {
          expect([
            undefined,
            'malformed',
            'bad_signature',
            'unknown_key',
            'proof_differs',
            'leaf_unknown',
            'origin_differs',
          ]).toContain(faultOf(mixed.join('\n'), { logs: [log] }));
        },
      ),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(faultOf(bytes, { logs: [log] })).toBe('malformed');
      }),
    );
    expect(() => parseTlogProof(`c2sp.org/tlog-proof@v1\nindex 0\n${'x'.repeat(2 ** 20)}`)).toThrow('line 1');
    const hash = leafAt(0).toString('base64');
    expect(() => parseTlogProof(`c2sp.org/tlog-proof@v1\nindex 0\n${`${hash}\n`.repeat(64)}\n`)).toThrow(
      'line 66',
    );
  });
});
