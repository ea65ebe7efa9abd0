import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPruningNote, writePruningNote } from '../../../services/audit/log/pruning-note.ts';
import { realTreeDisk } from '../../../services/audit/tree/tree-disk.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import { errorOf, get, newId, openAudit, reasonOf, temporaryFolder, testCall } from '../fixture.ts';
import { check } from './checking.ts';
import {
  appendRecord,
  dayMs,
  erase,
  filledLog,
  payloadNames,
  segmentBytes,
  segmentNames,
} from './filled-log.ts';
import { indexLines, rebuiltIndexLines } from './index-contents.ts';

const halfYearAgo = (): number => Date.now() - 183 * dayMs;
const readLog = (audit: Awaited<ReturnType<typeof openAudit>>, path: string) =>
  audit.handlers.ReadLog({ path }, testCall());

describe('pruning', () => {
  test('removes whole segments of old entries, and what is left stays readable and provable', async () => {
    const { audit, folder, ids } = await filledLog(await temporaryFolder(), 900, 0.4);
    await erase(audit, 'passenger=3');
    const before = { segments: await segmentNames(folder), payloads: await payloadNames(folder) };
    const early = await audit.handlers.GetConsistencyProof({ fromSize: '10', toSize: '700' }, testCall());
    const { entries, minimumIndex, segments, sizeBytes } = await audit.prune(halfYearAgo(), 'operator');
    expect(entries).toBeGreaterThan(300);
    expect(segments).toBe(before.segments.length - (await segmentNames(folder)).length);
    expect(sizeBytes).toBeGreaterThan(segments * 80_000);
    expect(minimumIndex).toBe(Math.ceil(entries / 256) * 256);
    expect((await payloadNames(folder)).length).toBeLessThan(before.payloads.length);
    expect(audit.metrics.gaugeValue('scoremesh_audit_minimum_index')).toBe(minimumIndex);
    expect((await readLog(audit, 'minimum')).content.toString()).toBe(`${minimumIndex}\n`);

    // Gone.
    expect(await reasonOf(get(audit, ids[0]!))).toBe('RECORD_NOT_FOUND');
    expect(
      await reasonOf(audit.handlers.GetReceipt({ recordId: ids[5]!, cosigned: false }, testCall())),
    ).toBe('RECORD_NOT_FOUND');
    const bundle = await errorOf(readLog(audit, 'tile/entries/000'));
    expect(bundle.reason).toBe('ENTRY_PRUNED');
    expect(bundle.message).toContain(`from ${minimumIndex} on`);
    // There.
    for (const [index, id] of ids.entries()) {
      if (index < entries) continue;
      const found = await get(audit, id);
      expect(found.receipt?.logIndex).toBe(String(index));
    }
    if (minimumIndex + 256 <= audit.size()) await readLog(audit, `tile/entries/00${minimumIndex / 256}`);
    const again = await audit.handlers.GetConsistencyProof({ fromSize: '10', toSize: '700' }, testCall());
    expect(again).toEqual(early);
    await audit.handlers.GetInclusionProof({ index: '3', treeSize: '0' }, testCall());
    const verifier = parseVerifierKey(
      (await readFile(join(folder, 'vkey'), 'utf8')).trim(),
      signatureTypes.log,
    );
    const receipt = await audit.handlers.GetReceipt({ recordId: ids.at(-1)!, cosigned: false }, testCall());
    expect(verifyReceipt(receipt.receipt?.proof ?? '', { logs: [verifier] }).index).toBe(899);
    // The log says so.
    const list = await audit.handlers.ListRecords(
      {
        since: { seconds: Math.floor(Date.now() / 1000) - 60, nanos: 0 },
        until: null,
        pageSize: 1000,
        pageToken: '',
      } as never,
      testCall(),
    );
    const note = list.records.at(-1)?.record;
    expect(note?.principal).toBe('operator');
    expect(note?.pruning?.minimumIndex).toBe(String(minimumIndex));
    // Appends go on, also about a subject whose records are partly gone.
    await appendRecord(audit, { subject: 'passenger=6', personalBytes: 100 });
    await audit.close();
    const lines = await indexLines(folder);
    expect(await rebuiltIndexLines(folder)).toEqual(lines);

    const reopened = await openAudit({ folder, segmentBytes });
    expect(reopened.log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
    expect(reopened.size()).toBe(900 + 1 + 1 + 1);
    expect((await readLog(reopened, 'minimum')).content.toString()).toBe(`${minimumIndex}\n`);
    expect(
      await reopened.handlers.GetConsistencyProof({ fromSize: '10', toSize: '700' }, testCall()),
    ).toEqual(early);
  });

  test('destroys the keys of subjects of whom nothing is left, and lets them come again', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder, segmentBytes, retentionMinimumMs: dayMs });
    const old = Date.now() - 365 * dayMs;
    for (let n = 0; n < 300; n++)
      await appendRecord(audit, {
        atMs: old,
        subject: `person=${n % (n < 150 ? 10 : 5)}`,
        personalBytes: 2000,
      });
    for (let n = 0; n < 100; n++)
      await appendRecord(audit, { subject: `person=${n % 5}`, personalBytes: 2000 });
    const keys = await readFile(join(folder, 'keys', 'subjects'));
    expect((await audit.prune(halfYearAgo(), 'test')).entries).toBeGreaterThan(150);
    const left = await readFile(join(folder, 'keys', 'subjects'));
    const destroyed = Array.from({ length: 12 }, (_, slot) => left[slot * 64] === 2 && keys[slot * 64] === 1);
    // Of ten subjects, the five that came late too keep theirs.
    expect(destroyed.filter(Boolean).length).toBe(5);
    expect(await reasonOf(erase(audit, 'person=7').then(() => undefined))).toBe('SUBJECT_NOT_FOUND');
    const id = await appendRecord(audit, { subject: 'person=7', personalBytes: 100 });
    expect((await get(audit, id)).contentState).toBe('CONTENT_STATE_PRESENT');
    await audit.close();
    expect(await rebuiltIndexLines(folder)).toEqual(await indexLines(folder));
  });

  test('keeps entries that are too young, and names the setting', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder });
    const error = await errorOf(audit.prune(Date.now() - 100 * dayMs, 'test'));
    expect(error.reason).toBe('CONFIG_INVALID');
    expect(error.message).toContain('older than 183 days');
    expect(error.message).toContain('SCOREMESH_AUDIT_RETENTION_MINIMUM');
    const young = await errorOf(openAudit({ folder: `${folder}/other`, retentionMs: 30 * dayMs }));
    expect(young.message).toContain('SCOREMESH_AUDIT_RETENTION is 30 days, less than the 183 days');
  });

  test('stops at the first segment with a young entry, whatever the clock said afterwards', async () => {
    const folder = await temporaryFolder();
    const audit = await openAudit({ folder, segmentBytes, retentionMinimumMs: dayMs });
    const old = Date.now() - 365 * dayMs;
    for (let n = 0; n < 600; n++)
      await appendRecord(audit, { atMs: n === 300 ? Date.now() : old, personalBytes: 900 });
    const { entries, keptByMs } = await audit.prune(halfYearAgo(), 'test');
    expect(entries).toBeGreaterThan(100);
    expect(entries).toBeLessThanOrEqual(300);
    expect(keptByMs).toBeGreaterThan(Date.now() - dayMs);
    expect((await audit.prune(halfYearAgo(), 'test')).entries).toBe(0);
  });

  test('a missing first segment without a note of it stays damage, and so does a damaged note', async () => {
    const { audit, folder } = await filledLog(await temporaryFolder(), 700, 0.4);
    await audit.prune(halfYearAgo(), 'test');
    await audit.close();
    const note = join(folder, 'log', 'pruned');
    const whole = await readFile(note);
    await rm(note);
    const missing = await errorOf(openAudit({ folder }));
    expect(missing.reason).toBe('STATE_CORRUPT');
    expect(missing.message).toContain('0000000001.log is damaged at byte 0: the file is missing');
    for (let at = 0; at < whole.length; at += 7) {
      const damaged = Buffer.from(whole);
      damaged[at] = damaged.readUInt8(at) ^ 1;
      await writeFile(note, damaged);
      expect(await reasonOf(openAudit({ folder }))).toBe('STATE_CORRUPT');
    }
    await writeFile(note, whole);
    const [first = ''] = await segmentNames(folder);
    const path = join(folder, 'log', first);
    const segment = await readFile(path);
    await rm(path);
    expect((await errorOf(openAudit({ folder }))).message).toContain(
      `${path} is damaged at byte 0: the file is missing`,
    );
    await writeFile(path, segment);
    await (await openAudit({ folder })).close();
  });

  test('a tree that is lost after pruning can not be made again, and the error says what to do', async () => {
    const { audit, folder } = await filledLog(await temporaryFolder(), 700, 0.4);
    await audit.prune(halfYearAgo(), 'test');
    await audit.close();
    await rm(join(folder, 'tree'), { recursive: true });
    const error = await errorOf(openAudit({ folder }));
    expect(error.reason).toBe('STATE_CORRUPT');
    expect(error.message).toContain('restore the folder of the tree from a backup');
  });

  test('an intention that never came into the log is forgotten, and one that did is finished', async () => {
    const { audit, folder, ids } = await filledLog(await temporaryFolder(), 700, 0.4);
    await audit.prune(halfYearAgo(), 'test');
    const size = audit.size();
    await audit.close();
    const whole = await readFile(join(folder, 'log', 'pruned'), 'latin1');
    // As if killed before the note of its effect: the segments are there.
    await writeFile(join(folder, 'log', 'pruning'), whole);
    const finished = await openAudit({ folder, segmentBytes });
    expect(finished.log.has('a pruning of the audit log that was interrupted is finished')).toBe(true);
    expect(finished.size()).toBe(size);
    expect(await reasonOf(get(finished, ids[0]!))).toBe('RECORD_NOT_FOUND');
    await finished.close();
  });

  test('goes on over a segment that was damaged after it was decided that it goes', async () => {
    const { audit, folder } = await filledLog(await temporaryFolder(), 700, 0.4);
    await audit.close();
    const first = await readFile(join(folder, 'log', '0000000001.log'));
    const again = await openAudit({ folder, segmentBytes });
    await again.prune(halfYearAgo(), 'test');
    await again.close();
    // As if killed before its removal, and damaged meanwhile.
    first.fill(0, 5000, 5100);
    await writeFile(join(folder, 'log', '0000000001.log'), first);
    const finished = await openAudit({ folder, segmentBytes });
    expect(finished.log.has('a segment of the audit log that is removed is damaged')).toBe(true);
    await finished.close();
    expect(await segmentNames(folder)).not.toContain('0000000001.log');
    expect((await check(folder)).findings).toEqual([]);
  });

  test('while records are appended, read and erased leaves nothing amiss', async () => {
    const { audit, folder, ids } = await filledLog(await temporaryFolder(), 900, 0.4);
    let goesOn = true;
    const appended: string[] = [];
    const appending = [0, 1, 2].map(async (writer) => {
      for (let n = 0; goesOn; n++)
        appended.push(
          await appendRecord(audit, {
            subject: `passenger=${(writer + 3 * n) % 24}`,
            personalBytes: 300,
            outcomeOf: ids[n % 900] as string,
          }),
        );
    });
    const reading = (async () => {
      for (let n = 0; goesOn; n++) {
        const reason = await reasonOf(
          get(audit, ids[n % 900] as string).then(() => Promise.reject(new MeshError('INTERNAL', 'found'))),
        );
        expect(['INTERNAL', 'RECORD_NOT_FOUND', 'ENTRY_PRUNED']).toContain(reason);
      }
    })();
    const erasing = reasonOf(
      erase(audit, 'passenger=9').then(() => Promise.reject(new MeshError('INTERNAL', 'erased'))),
    );
    const [first, second] = await Promise.all([
      audit.prune(Date.now() - 300 * dayMs, 'test'),
      audit.prune(halfYearAgo(), 'test'),
    ]);
    expect(first.entries).toBeGreaterThan(0);
    expect(second.entries).toBeGreaterThan(0);
    // Its records may have been on their way out.
    expect(['INTERNAL', 'ENTRY_PRUNED']).toContain(await erasing);
    goesOn = false;
    await Promise.all([...appending, reading]);
    for (const id of appended.slice(-20))
      expect((await get(audit, id)).contentState).toMatch(/PRESENT|ERASED/);
    await audit.close();
    expect((await check(folder)).findings).toEqual([]);
    expect(await rebuiltIndexLines(folder)).toEqual(await indexLines(folder));
  });

  test('a note of it that is anything but whole is damage', async () => {
    const folder = await temporaryFolder();
    const disk = realTreeDisk();
    const note = { segment: 7, firstIndex: 4711, salt: 99, recordId: newId() };
    await writePruningNote(disk, folder, 'pruned', note);
    expect(await readPruningNote(disk, folder, 'pruned')).toEqual(note);
    const whole = await readFile(join(folder, 'pruned'));
    const property = fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => {
          const bytes = Uint8Array.from(whole);
          bytes[at] = (bytes[at] ?? 0) ^ bits;
          return bytes;
        }),
        fc.nat(whole.length - 1).map((end) => whole.subarray(0, end)),
      ),
      async (bytes) => {
        await writeFile(join(folder, 'pruned'), bytes);
        expect(await reasonOf(readPruningNote(disk, folder, 'pruned'))).toBe('STATE_CORRUPT');
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });
});
