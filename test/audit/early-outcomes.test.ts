import { afterEach, describe, expect, test } from 'vitest';
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

const alice = 'passenger=alice';
const opened: OpenAudit[] = [];
afterEach(async () => {
  for (const audit of opened.splice(0)) await audit.close();
});

async function open(folder: string): Promise<OpenAudit> {
  const audit = await openAudit({ folder, indexDelayMs: 0 });
  opened.push(audit);
  return audit;
}

async function tell(
  audit: OpenAudit,
  about: { readonly subjectOf: string } | { readonly subjectOfKey: string },
): Promise<string> {
  const recordId = newId();
  const predictionId = 'subjectOf' in about ? about.subjectOf : '';
  await append(audit, {
    recordId,
    record: recordCodec.encode({ schema: 2, recordId, outcome: { predictionId } }),
    personal: recordCodec.encode({ outcome: { values: { late: { flag: true } } } }),
    ...about,
  });
  return recordId;
}

async function predict(audit: OpenAudit, recordId: string, subject: string, key = ''): Promise<void> {
  await append(audit, {
    recordId,
    record: recordCodec.encode({ schema: 2, recordId, prediction: { model: { name: 'm' } } }),
    personal: recordCodec.encode({ prediction: { request: { model: 'm' } } }),
    subject,
    ...(key === '' ? {} : { idempotencyKey: key }),
  });
}

const stateOf = async (audit: OpenAudit, recordId: string): Promise<string> =>
  (await audit.handlers.GetRecord({ recordId, idempotencyKey: '' }, testCall())).contentState;
const erase = async (audit: OpenAudit, subject: string): Promise<string> =>
  (await audit.handlers.EraseSubject({ subject, reason: 'asked' }, testCall())).records;

async function exported(audit: OpenAudit, subject: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { record } of audit.handlers.ExportSubject({ subject }, testCall()))
    ids.push(record?.record?.recordId ?? '');
  return ids;
}

describe('outcomes that come before their prediction', () => {
  test('are exported and erased with the subject of that prediction, by its id and by its key', async () => {
    const folder = await temporaryFolder();
    const audit = await open(folder);
    const ids = [newId(), newId(), newId()] as const;
    const byId = await tell(audit, { subjectOf: ids[0].toUpperCase() });
    const byKey = await tell(audit, { subjectOfKey: 'p\nr-1' });
    const others = await tell(audit, { subjectOf: ids[2] });
    await predict(audit, ids[0], alice);
    await predict(audit, ids[1], alice, 'p\nr-1');
    await predict(audit, ids[2], 'passenger=bob');
    const late = await tell(audit, { subjectOfKey: 'p\nr-1' });
    const mine = [byId, byKey, ids[0], ids[1], late];
    expect(await exported(audit, alice)).toEqual(mine);
    expect(await erase(audit, alice)).toBe('5');
    for (const id of mine) expect(await stateOf(audit, id)).toBe('CONTENT_STATE_ERASED');
    for (const id of [others, ids[2]]) expect(await stateOf(audit, id)).toBe('CONTENT_STATE_PRESENT');
    expect((await errorOf(tell(audit, { subjectOf: ids[0] }))).reason).toBe('SUBJECT_ERASED');
    expect((await errorOf(erase(audit, alice))).reason).toBe('SUBJECT_NOT_FOUND');
    await opened.pop()!.close();
    const again = await open(folder);
    for (const id of mine) expect(await stateOf(again, id)).toBe('CONTENT_STATE_ERASED');
    expect(await exported(again, 'passenger=bob')).toEqual([others, ids[2]]);
  });

  test('can be erased before it comes, and content that comes after is kept', async () => {
    const audit = await open(await temporaryFolder());
    const predictionId = newId();
    const early = await tell(audit, { subjectOf: predictionId });
    expect(await erase(audit, `@prediction=${predictionId}`)).toBe('1');
    expect(await stateOf(audit, early)).toBe('CONTENT_STATE_ERASED');
    await predict(audit, predictionId, alice);
    expect(await exported(audit, alice)).toEqual([predictionId]);
  });

  test('of a prediction about nobody stay', async () => {
    const audit = await open(await temporaryFolder());
    const predictionId = newId();
    const early = await tell(audit, { subjectOf: predictionId });
    await predict(audit, predictionId, '');
    const late = await tell(audit, { subjectOf: predictionId });
    for (const id of [early, late]) expect(await stateOf(audit, id)).toBe('CONTENT_STATE_PRESENT');
  });

  test('that come at the same moment as their prediction and its erasure are erased or refused', async () => {
    const audit = await open(await temporaryFolder());
    for (let round = 0; round < 30; round++) {
      const predictionId = newId();
      const told: Promise<string | undefined>[] = [];
      const outcome = (): void => {
        told.push(tell(audit, { subjectOf: predictionId }).catch(() => undefined));
      };
      outcome();
      const predicted = predict(audit, predictionId, alice);
      for (let n = 0; n < round % 5; n++) {
        outcome();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await predicted;
      const erased = erase(audit, alice);
      outcome();
      await erased;
      await Promise.all(told);
      expect(await stateOf(audit, predictionId)).toBe('CONTENT_STATE_ERASED');
      for (const id of await Promise.all(told))
        if (id !== undefined) expect(await stateOf(audit, id)).toBe('CONTENT_STATE_ERASED');
    }
  });
});
