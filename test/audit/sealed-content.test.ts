import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifyContent } from '../../services/kit/transparency/commitment.ts';
import { proofFaultOf } from '../../services/kit/transparency/proof-fault.ts';
import {
  append,
  errorOf,
  newId,
  type OpenAudit,
  openAudit,
  recordCodec,
  temporaryFolder,
  testCall,
} from './fixture.ts';

const subject = 'passenger=alice';

/** An audit role with one record about the subject, and what is sealed of that. */
async function start() {
  const audit = await openAudit({ folder: await temporaryFolder() });
  const recordId = await record(audit);
  return { audit, recordId, ...(await read(audit, recordId)) };
}

async function record(audit: OpenAudit, size = 10): Promise<string> {
  const id = newId();
  await append(audit, {
    recordId: id,
    record: recordCodec.encode({ schema: 2, recordId: id, prediction: { decision: 'late' } }),
    personal: recordCodec.encode({
      prediction: { request: { model: 'm', entities: { passenger: 'a'.repeat(size) } } },
    }),
    subject,
  });
  return id;
}

const read = (audit: OpenAudit, id: string) => audit.handlers.GetSealedContent({ recordId: id }, testCall());
const faultOf = (verify: () => unknown): string | undefined => {
  try {
    verify();
    return undefined;
  } catch (error) {
    return proofFaultOf(error);
  }
};

describe('the sealed content of a record', () => {
  test('is what its entry commits to, as HMAC-SHA256 says without any code of ours', async () => {
    const { entry, recordId, sealedContent } = await start();
    const verified = verifyContent(entry, sealedContent);
    expect(verified).toMatchObject({
      subject,
      entry: { recordId, prediction: { decision: 'late', request: null } },
      content: { prediction: { request: { entities: { passenger: 'aaaaaaaaaa' } } } },
    });
    // Field 1 is the salt: a tag, a length, 32 bytes.
    const salt = sealedContent.subarray(2, 34);
    const mac = createHmac('sha256', salt).update(sealedContent).digest();
    expect(verified.entry.sealed?.commitment.equals(mac)).toBe(true);
  });

  test('is refused with any byte changed, cut or added, and with the entry of another record', async () => {
    const { audit, entry, sealedContent } = await start();
    fc.assert(
      fc.property(fc.nat(sealedContent.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(sealedContent);
        changed[at]! ^= change;
        expect(faultOf(() => verifyContent(entry, changed))).toBe('content_differs');
        expect(faultOf(() => verifyContent(entry, sealedContent.subarray(0, at)))).toBe('content_differs');
      }),
    );
    expect(faultOf(() => verifyContent(entry, Buffer.concat([sealedContent, Buffer.from([0])])))).toBe(
      'content_differs',
    );
    const other = await read(audit, await record(audit));
    expect(faultOf(() => verifyContent(other.entry, sealedContent))).toBe('content_differs');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (one, two) => {
        expect(faultOf(() => verifyContent(one, two))).toBe('content_differs');
      }),
    );
  });

  test('is given where it is stored apart; without one it is empty', async () => {
    const { audit } = await start();
    const large = await read(audit, await record(audit, 100_000));
    expect(large.sealedContent.length).toBeGreaterThan(100_000);
    expect(verifyContent(large.entry, large.sealedContent).subject).toBe(subject);
    const id = newId();
    await append(audit, { recordId: id });
    expect((await read(audit, id)).sealedContent).toHaveLength(0);
  });

  test('of unknown and of erased records is refused by name', async () => {
    const { audit, recordId } = await start();
    expect((await errorOf(read(audit, newId()))).reason).toBe('RECORD_NOT_FOUND');
    expect((await errorOf(read(audit, 'x'))).reason).toBe('INVALID_REQUEST');
    await audit.handlers.EraseSubject({ subject, reason: 'asked' }, testCall());
    expect((await errorOf(read(audit, recordId))).reason).toBe('SUBJECT_ERASED');
  });
});
