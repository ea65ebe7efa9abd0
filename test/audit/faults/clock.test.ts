import { expect, onTestFinished, test, vi } from 'vitest';
import { append, get, newId, testCall, uuidAt } from '../fixture.ts';
import { appendAbout, erase, stateOf, World } from './world.ts';

const hourMs = 3_600_000;

test('a clock that jumps back and forth loses nothing, doubles nothing, and leaves the log in its order', async () => {
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const world = await World.begin();
  let audit = await world.open();
  const jumps = [0, -hourMs, 2 * hourMs, -400 * 24 * hourMs, 0, 1, 24 * hourMs];
  const sent: { readonly id: string; readonly index: string }[] = [];
  const startMs = Date.now();
  for (const [n, jump] of jumps.entries()) {
    vi.spyOn(Date, 'now').mockReturnValue(startMs + jump);
    const recordId = newId();
    const { response } = await append(audit, { recordId, idempotencyKey: `clock/${n}` });
    sent.push({ id: recordId, index: response.receipt?.logIndex ?? '' });
    if (n === 4) {
      // Erasures have ids of their own clock.
      const about = await appendAbout(audit, 'passenger=ann');
      await erase(audit, 'passenger=ann');
      expect(await stateOf(audit, about)).toBe('CONTENT_STATE_ERASED');
    }
    if (n % 2 === 1) {
      await world.crash(n % 4 === 1 ? 'kill' : 'power', n === 3 ? 'removed' : 'kept');
      audit = await world.open();
    }
    for (const { id, index } of sent) {
      const again = await append(audit, { recordId: id, idempotencyKey: `other/${id}` });
      expect(again.response.receipt?.logIndex).toBe(index);
      expect((await get(audit, id)).receipt?.logIndex).toBe(index);
    }
  }
  const between = async (sinceMs: number, untilMs: number): Promise<string[]> => {
    const time = (ms: number) => ({ seconds: String(Math.floor(ms / 1000)), nanos: 0 });
    const { records } = await audit.handlers.ListRecords(
      { since: time(sinceMs), until: time(untilMs), pageSize: 0, pageToken: '' },
      testCall(),
    );
    return records.map(({ record }) => record?.recordId ?? '');
  };
  expect(await between(startMs - 1.5 * hourMs, startMs - 0.5 * hourMs)).toEqual([sent[1]!.id]);
  expect(await between(startMs + 1.5 * hourMs, startMs + 2.5 * hourMs)).toEqual([sent[2]!.id]);
  expect(sent.map(({ index }) => Number(index))).toEqual([0, 1, 2, 3, 4, 7, 8]);
});

test('a new record is new whatever its id: older than all, younger than all, in capitals', async () => {
  const world = await World.begin();
  const audit = await world.open();
  const ids = [uuidAt(2 ** 48 - 1), uuidAt(0), uuidAt(1), newId().toUpperCase(), uuidAt(2 ** 48 - 1)];
  for (const [n, recordId] of ids.entries()) {
    for (const text of [recordId, recordId.toUpperCase(), recordId.toLowerCase()]) {
      const { response } = await append(audit, { recordId: text });
      expect(response.receipt?.logIndex).toBe(String(n));
    }
  }
  expect(audit.size()).toBe(ids.length);
});
