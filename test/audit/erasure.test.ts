import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  append,
  errorOf,
  get,
  newId,
  type OpenAudit,
  openAudit,
  reasonOf,
  recordCodec,
  temporaryFolder,
  testCall,
} from './fixture.ts';

const alice = 'passenger=alice@example.com';
const bob = 'passenger=bob@example.com';

function prediction(recordId: string, entities: { [name: string]: string }, key = '') {
  const request = { model: 'm', requestId: '', entities, inputs: {}, includeFeatures: false };
  return {
    recordId,
    record: recordCodec.encode({
      schema: 2,
      recordId,
      principal: 'p',
      prediction: { model: { name: 'm', version: 1 } },
    }),
    personal: recordCodec.encode({ prediction: { request } }),
    ...(key === '' ? {} : { idempotencyKey: key }),
  };
}

const about = async (audit: OpenAudit, subject: string, key = ''): Promise<string> => {
  const recordId = newId();
  await append(audit, { ...prediction(recordId, { passenger: subject.slice(10) }, key), subject });
  return recordId;
};
const erase = async (audit: OpenAudit, subject: string) =>
  await audit.handlers.EraseSubject({ subject, reason: 'request 4711' }, testCall());

/** Every byte that the audit role keeps, by file. */
async function bytesOf(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      found.set(path, await readFile(path));
    }
  return found;
}

describe('what is personal', () => {
  test('is read back whole, and stands in no file in the clear', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder });
    const id = await about(audit, alice, 'alices-request');
    const { record, contentState, entry } = await get(audit, id);
    expect(contentState).toBe('CONTENT_STATE_PRESENT');
    expect(record?.prediction?.request?.entities).toEqual({ passenger: 'alice@example.com' });
    expect(record?.prediction?.model?.name).toBe('m');
    expect(record?.sealed?.handle.length).toBe(16);
    expect(entry.includes('alice')).toBe(false);
    await audit.close();
    for (const [path, bytes] of await bytesOf(folder)) expect(bytes.includes('alice'), path).toBe(false);
  });

  test('larger than a frame may hold is stored apart, and read back', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    const recordId = newId();
    const large = 'x'.repeat(3_000_000);
    await append(audit, { ...prediction(recordId, { passenger: 'a', note: large }), subject: alice });
    expect((await get(audit, recordId)).record?.prediction?.request?.entities.note).toBe(large);
    await audit.close();
    const again = await openAudit({ folder: audit.folder });
    expect((await get(again, recordId)).record?.prediction?.request?.entities.note).toBe(large);
    await erase(again, alice);
    expect((await get(again, recordId)).contentState).toBe('CONTENT_STATE_ERASED');
    const left = [...(await bytesOf(join(again.folder, 'payloads'))).keys()];
    expect(left).toEqual([]);
  });

  test('of a list is bounded too: a page ends early, and the next goes on', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    const note = 'x'.repeat(1_500_000);
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) {
      const recordId = newId();
      await append(audit, { ...prediction(recordId, { note }), subject: alice });
      ids.push(recordId);
    }
    const found: string[] = [];
    for (let pageToken = '', first = true; first || pageToken !== ''; first = false) {
      const page = await audit.handlers.ListRecords(
        { since: null, until: null, pageSize: 0, pageToken },
        testCall(),
      );
      expect(page.records.length).toBe(1);
      found.push(...page.records.map(({ record }) => record?.recordId ?? ''));
      pageToken = page.nextPageToken;
    }
    expect(found).toEqual([...ids].sort());
  });

  test('without its keys is lost, which is an alarm', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder });
    const id = await about(audit, alice);
    await audit.close();
    const path = join(folder, 'keys', 'subjects');
    const keys = await readFile(path);
    // Slot 1, which alice has.
    keys.fill(7, keys.length / 2 > 200 ? 64 : 0, 128);
    await cp(path, `${path}.old`);
    const { writeFile } = await import('node:fs/promises');
    await writeFile(path, keys);
    const again = await openAudit({ folder });
    expect((await get(again, id)).contentState).toBe('CONTENT_STATE_LOST');
    expect(again.metrics.counts.get('scoremesh_audit_lost_content_total{}')).toBe(1);
    expect(again.log.has('the sealed content of a record can not be read')).toBe(true);
  });
});

describe('an erasure', () => {
  test('takes the content of the subject, of nobody else, and no proof', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder });
    const ofAlice = [await about(audit, alice), await about(audit, alice)];
    const ofBob = await about(audit, bob);
    const proofs = await Promise.all(
      [...ofAlice, ofBob].map(
        async (recordId) => await audit.handlers.GetReceipt({ recordId, cosigned: false }, testCall()),
      ),
    );
    const entries = await Promise.all(ofAlice.map(async (id) => (await get(audit, id)).entry));

    const { records, erasureRecordIds } = await erase(audit, alice);
    expect(records).toBe('2');
    for (const opened of [audit, undefined]) {
      const live = opened ?? (await openAudit({ folder }));
      for (const [at, id] of ofAlice.entries()) {
        const { record, contentState, entry } = await get(live, id);
        expect(contentState).toBe('CONTENT_STATE_ERASED');
        expect(record?.prediction?.request).toBeNull();
        expect(record?.prediction?.model?.name).toBe('m');
        expect(entry).toEqual(entries[at]);
        const receipt = await live.handlers.GetReceipt({ recordId: id, cosigned: false }, testCall());
        expect(receipt.receipt?.leafHash).toEqual(proofs[at]?.receipt?.leafHash);
      }
      expect((await get(live, ofBob)).record?.prediction?.request?.entities).toEqual({
        passenger: 'bob@example.com',
      });
      const erasure = (await get(live, erasureRecordIds[0] ?? '')).record?.erasure;
      expect(erasure).toMatchObject({ reason: 'request 4711', total: '2' });
      expect(erasure?.handles).toHaveLength(2);
      if (opened !== undefined) await opened.close();
    }
  });

  test('of who was erased already, or was never here, says so', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    expect(await reasonOf(erase(audit, alice))).toBe('SUBJECT_NOT_FOUND');
    await about(audit, alice);
    await erase(audit, alice);
    const error = await errorOf(erase(audit, alice));
    expect(error.reason).toBe('SUBJECT_NOT_FOUND');
    expect(error.message).not.toContain('alice');
    expect(await reasonOf(audit.handlers.EraseSubject({ subject: 'alice', reason: '' }, testCall()))).toBe(
      'INVALID_REQUEST',
    );
  });

  test('destroys the key again that an older copy of the key folder brings back', async () => {
    const folder = await temporaryFolder();
    const keysFolder = join(await temporaryFolder(), 'keys');
    const audit = await openAudit({ folder, keysFolder });
    const ids = [await about(audit, alice), await about(audit, alice)];
    const kept = await about(audit, bob);
    await audit.close();
    const copy = join(await temporaryFolder(), 'copy');
    await cp(keysFolder, copy, { recursive: true });
    const second = await openAudit({ folder, keysFolder });
    await erase(second, alice);
    const later = await about(second, alice);
    await second.close();
    await cp(copy, keysFolder, { recursive: true });
    const third = await openAudit({ folder, keysFolder });
    const message = 'keys of erased data subjects were there again';
    expect(third.log.lines.some((line) => line.message.startsWith(message))).toBe(true);
    for (const id of ids) expect((await get(third, id)).contentState).toBe('CONTENT_STATE_ERASED');
    expect((await get(third, kept)).contentState).toBe('CONTENT_STATE_PRESENT');
    expect(later).not.toBe('');
    await third.close();
    const fourth = await openAudit({ folder, keysFolder });
    expect(fourth.log.lines.some((line) => line.message.startsWith(message))).toBe(false);
  });

  test('does not keep the subject from coming back under a new key', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder });
    const before = await about(audit, alice);
    await erase(audit, alice);
    const after = await about(audit, alice);
    expect((await get(audit, before)).contentState).toBe('CONTENT_STATE_ERASED');
    expect((await get(audit, after)).contentState).toBe('CONTENT_STATE_PRESENT');
    expect((await erase(audit, alice)).records).toBe('1');
    expect((await get(audit, after)).contentState).toBe('CONTENT_STATE_ERASED');
  });

  test('and appends about its subject at the same time leave nothing that is neither there nor erased', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder });
    await about(audit, alice);
    const work: Promise<unknown>[] = [];
    const ids: Promise<string>[] = [];
    for (let round = 0; round < 5; round++) {
      for (let n = 0; n < 40; n++) ids.push(about(audit, alice));
      work.push(erase(audit, alice).catch((error) => error));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(work);
    const states = new Map<string, number>();
    for (const id of await Promise.all(ids)) {
      const { contentState } = await get(audit, id);
      states.set(contentState, (states.get(contentState) ?? 0) + 1);
    }
    expect([...states.keys()].every((state) => /PRESENT|ERASED/.test(state))).toBe(true);
    expect(audit.metrics.counts.get('scoremesh_audit_lost_content_total{}')).toBeUndefined();
  });

  test('makes a repeated request of its subject an error, not a new answer', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    await about(audit, alice, 'k');
    await erase(audit, alice);
    expect(await reasonOf(about(audit, alice, 'k'))).toBe('SUBJECT_ERASED');
  });

  test('is kept from what is recorded about its records later', async () => {
    const audit = await openAudit({ folder: await temporaryFolder() });
    const predictionId = await about(audit, alice);
    const outcome = () => {
      const recordId = newId();
      return append(audit, {
        recordId,
        record: recordCodec.encode({ schema: 2, recordId, outcome: { predictionId } }),
        personal: recordCodec.encode({ outcome: { values: { late: { flag: true } } } }),
        subjectOf: predictionId,
      });
    };
    const known = (await outcome()).request.recordId;
    expect((await get(audit, known)).record?.outcome?.values.late?.flag).toBe(true);
    expect((await erase(audit, alice)).records).toBe('2');
    expect((await get(audit, known)).contentState).toBe('CONTENT_STATE_ERASED');
    expect(await reasonOf(outcome())).toBe('SUBJECT_ERASED');
  });
});
