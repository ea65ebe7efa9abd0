import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { errorOf, openAudit, temporaryFolder, testCall } from '../fixture.ts';
import { check, names } from './checking.ts';
import {
  appendRecord,
  dayMs,
  erase,
  filledLog,
  payloadNames,
  segmentBytes,
  segmentNames,
} from './filled-log.ts';

const records = 900;

interface Shared {
  readonly base: string;
  readonly original: string;
  readonly pruned: string;
  readonly ids: readonly string[];
}

let shared: Promise<Shared> | undefined;
let original = '';
let pruned = '';
let ids: readonly string[] = [];

/** A closed log with everything in it, of which each test takes a copy. */
async function makeShared(): Promise<Shared> {
  const base = await mkdtemp(join(tmpdir(), 'scoremesh-check-'));
  const whole = join(base, 'original');
  const without = join(base, 'pruned');
  await mkdir(whole);
  const filled = await filledLog(whole, records, 0.4);
  await erase(filled.audit, 'passenger=3');
  await appendRecord(filled.audit, { subject: 'passenger=3', personalBytes: 200 });
  await filled.audit.close();
  await cp(whole, without, { recursive: true });
  const audit = await openAudit({ folder: without, segmentBytes });
  await audit.prune(Date.now() - 183 * dayMs, 'test');
  await audit.close();
  return { base, original: whole, pruned: without, ids: filled.ids };
}

// Made by the first test: what opens a log closes it when its test ends.
beforeEach(() => {
  shared ??= makeShared();
  return shared.then((made) => {
    ({ original, pruned, ids } = made);
  });
});

afterAll(async () => {
  if (shared !== undefined) await rm((await shared).base, { recursive: true, force: true });
});

async function copyOf(folder: string): Promise<string> {
  const copy = join(await temporaryFolder(), 'audit');
  await cp(folder, copy, { recursive: true });
  return copy;
}

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = bytes.readUInt8(at) ^ 0x10;
  await writeFile(path, bytes);
}

describe('a check', () => {
  test('finds nothing in a log that is whole, and says what it looked at', async () => {
    const report = await check(await copyOf(original));
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      records: records + 2,
      treeSize: records + 2,
      minimumIndex: 0,
      faults: 0,
      notes: 0,
    });
    expect(report.tiles).toBe(3);
    expect(report.contents).toBeGreaterThan(800);
    expect(report.erased).toBeGreaterThan(10);
    expect(report.rows).toBeGreaterThan(1800);
    const treeOnly = await check(await copyOf(original), { treeOnly: true });
    expect(treeOnly).toMatchObject({ findings: [], contents: 0, rows: 0, rootHash: report.rootHash });
  });

  test('finds nothing in a pruned log, either', async () => {
    const report = await check(await copyOf(pruned));
    expect(report.findings).toEqual([]);
    expect(report.minimumIndex).toBeGreaterThan(0);
    expect(report.treeSize).toBe(records + 3);
    expect(report.records).toBeLessThan(600);
  });

  test('leaves everything as it was', async () => {
    const folder = await copyOf(original);
    const before = await contentsOf(folder);
    await check(folder);
    expect(await contentsOf(folder)).toEqual(before);
  });

  test('needs the log for itself, and a log', async () => {
    const folder = await copyOf(original);
    const audit = await openAudit({ folder });
    expect((await errorOf(check(folder))).reason).toBe('STATE_LOCKED');
    await audit.close();
    expect((await errorOf(check(`${folder}-other`))).message).toContain('holds no audit log');
  });

  test('names every flipped bit of a segment by its file and place, and goes on behind it', async () => {
    const bytes = await readFile(join(original, 'log', '0000000002.log'));
    const property = fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
      const folder = await copyOf(original);
      const path = join(folder, 'log', '0000000002.log');
      const damaged = Buffer.from(bytes);
      damaged[at] = damaged.readUInt8(at) ^ (1 << bit);
      await writeFile(path, damaged);
      const report = await check(folder, { treeOnly: true });
      expect(report.faults).toBe(1);
      const [finding] = report.findings;
      expect(['entry_damaged', 'segment_damaged']).toContain(finding?.name);
      const [, byte] = /byte (\d+)/.exec(finding?.place ?? '') ?? [];
      expect(finding?.place).toContain(path);
      expect(Number(byte)).toBeLessThanOrEqual(at);
      expect(report.treeSize).toBe(records + 2);
      await rm(folder, { recursive: true });
    });
    await fc.assert(property, { numRuns: 40 });
  });

  test('names every flipped bit of a tile, of the head and of a large content', async () => {
    const cases: readonly (readonly [file: string, at: number, name: string])[] = [
      ['tree/tile/0/000', 32 * 7 + 3, 'tile_differs'],
      ['tree/tile/0/002', 8191, 'tile_differs'],
      ['tree/head', 3, 'tree_head_damaged'],
    ];
    for (const [file, at, name] of cases) {
      const folder = await copyOf(original);
      await flip(join(folder, file), at);
      const report = await check(folder);
      expect([file, at, ...names(report)]).toEqual([file, at, name]);
      expect(report.findings[0]?.place).toContain(file);
      expect(report.findings[0]?.remedy).not.toBe('');
    }
    const other = await copyOf(original);
    const head = await readFile(join(other, 'tree', 'head'), 'latin1');
    await writeFile(
      join(other, 'tree', 'head'),
      head.replace(/[A-Za-z0-9+/](?=.=\n)/, (digit) => (digit === 'B' ? 'C' : 'B')),
    );
    expect(names(await check(other))).toEqual(['tree_head_differs']);
    const folder = await copyOf(original);
    const [payload = ''] = await payloadNames(folder);
    await flip(join(folder, 'payloads', payload), 2000);
    const report = await check(folder);
    expect(names(report)).toEqual(['payload_damaged']);
    expect(report.findings[0]?.place).toMatch(/^entry \d+, record [0-9a-f-]{36}$/);
  });

  test('names a damaged public or private key of the log, a lost tree, and a damaged page of the index', async () => {
    const vkey = await copyOf(original);
    await flip(join(vkey, 'vkey'), 20);
    expect(names(await check(vkey))).toEqual(['vkey_damaged']);
    const key = await copyOf(original);
    await flip(join(key, 'keys', 'log.key'), 60);
    expect(names(await check(key))).toEqual(['log_key_damaged']);
    const store = await copyOf(original);
    await flip(join(store, 'keys', 'store.key'), 30);
    expect(names(await check(store))).toEqual(['keys_unreadable']);
    const tree = await copyOf(original);
    await rm(join(tree, 'tree'), { recursive: true });
    expect(await check(tree)).toMatchObject({ faults: 0, notes: 1, findings: [{ name: 'tree_missing' }] });
    const page = await copyOf(original);
    const data = join(page, 'index', 'data.mdb');
    const bytes = await readFile(data);
    // All but the first two pages, which are checked before.
    bytes.fill(0xff, 8192);
    await writeFile(data, bytes);
    const report = await check(page);
    expect(names(report)).toEqual(['index_damaged']);
    expect(report.findings[0]?.remedy).toContain('audit rebuild');
  });

  test('tells lost from erased, by entry and record', async () => {
    const folder = await copyOf(original);
    // The key of one subject.
    const path = join(folder, 'keys', 'subjects');
    await flip(path, 64 * 2 + 20);
    const report = await check(folder);
    expect(names(report)).toContain('content_lost');
    const [finding] = report.findings;
    const [, index, id] = /^entry (\d+), record (.+)$/.exec(finding?.place ?? '') ?? [];
    expect(ids[Number(index)]).toBe(id);
    expect(finding?.what).toContain('the key in slot 2 is unknown');
    const payloads = await copyOf(original);
    const [payload = ''] = await payloadNames(payloads);
    await rm(join(payloads, 'payloads', payload));
    expect(names(await check(payloads))).toEqual(['payload_missing']);
  });

  test('finds a key that came back after its erasure, and destroys it again if asked to', async () => {
    const base = await temporaryFolder();
    const folder = join(base, 'audit');
    const audit = await openAudit({ folder, segmentBytes });
    await appendRecord(audit, { subject: 'person=1', personalBytes: 100 });
    await audit.close();
    const keys = await readFile(join(folder, 'keys', 'subjects'));
    const again = await openAudit({ folder, segmentBytes });
    await erase(again, 'person=1');
    await again.close();
    await writeFile(join(folder, 'keys', 'subjects'), keys);
    const report = await check(folder);
    expect(names(report)).toEqual(
      ['index_differs', 'key_not_destroyed'].filter((name) => names(report).includes(name)),
    );
    expect(report.findings.find(({ name }) => name === 'key_not_destroyed')?.place).toBe('key slot 1');
    const repaired = await check(folder, { repairs: true });
    expect(repaired.faults).toBe(0);
    expect(repaired.repaired).toBe(1);
    expect((await check(folder)).findings).toEqual([]);
  });

  test('counts large contents that belong to no record, and removes them if asked to', async () => {
    const folder = await copyOf(original);
    const orphan = join(folder, 'payloads', 'ab', 'ab'.repeat(32));
    await mkdir(join(folder, 'payloads', 'ab'), { recursive: true });
    await writeFile(orphan, 'nobody');
    const report = await check(folder);
    expect(names(report)).toEqual(['payload_orphaned']);
    expect(report).toMatchObject({ faults: 0, notes: 1 });
    expect(await check(folder, { repairs: true })).toMatchObject({ faults: 0, notes: 0, repaired: 1 });
    expect((await check(folder)).findings).toEqual([]);
  });

  test('names missing segments, tiles and entries', async () => {
    const segment = await copyOf(original);
    await rm(join(segment, 'log', '0000000002.log'));
    const missing = await check(segment);
    expect(names(missing)).toContain('segment_missing');
    expect(missing.treeSize).toBe(records + 2);

    const tile = await copyOf(original);
    await rm(join(tile, 'tree', 'tile', '0', '001'));
    expect(names(await check(tile))).toEqual(['tile_missing']);

    const end = await copyOf(original);
    const last = join(end, 'log', (await segmentNames(end)).at(-1)!);
    const { length } = await readFile(last);
    await truncate(last, length - 10);
    expect(names(await check(end))).toEqual(['index_ahead_of_log', 'tail_damaged', 'tree_ahead_of_log']);

    const tree = await copyOf(pruned);
    await rm(join(tree, 'tree'), { recursive: true });
    expect(names(await check(tree))).toEqual(['tree_head_damaged', 'tree_unverifiable']);
  });

  test('compares every row of the index with the log', async () => {
    const { openIndexStore } = await import('../../../services/audit/index/store.ts');
    const other = await copyOf(original);
    const { store } = await openIndexStore(join(other, 'index'));
    const rows = [...store.contents()];
    await store.close();
    const property = fc.asyncProperty(fc.nat(rows.length - 1), fc.boolean(), async (at, isRemoved) => {
      const row = rows[at]!;
      if (row.table === 'state') return;
      const folder = await copyOf(original);
      await changeRow(join(folder, 'index'), row, isRemoved);
      const report = await check(folder);
      expect([row.table, ...names(report)]).toEqual([row.table, 'index_differs']);
      await rm(folder, { recursive: true });
    });
    const ofTexts = rows.flatMap(({ table }, at) => (table === 'texts' ? [at] : []));
    const examples = [ofTexts[0]!, ofTexts.at(-1)!].flatMap((at): [number, boolean][] => [
      [at, false],
      [at, true],
    ]);
    await fc.assert(property, { numRuns: 15, examples });
  });

  test('of an index that is behind or missing only takes note', async () => {
    const folder = await copyOf(original);
    await rm(join(folder, 'index'), { recursive: true });
    expect(names(await check(folder))).toEqual(['index_missing']);
    const behind = await copyOf(original);
    const data = await readFile(join(behind, 'index', 'data.mdb'));
    const audit = await openAudit({ folder: behind, segmentBytes });
    await appendRecord(audit, { subject: 'passenger=1', personalBytes: 10 });
    await audit.handlers.EraseSubject({ subject: 'passenger=6', reason: 'test' }, testCall());
    await audit.close();
    await writeFile(join(behind, 'index', 'data.mdb'), data);
    const report = await check(behind);
    expect(report.faults).toBe(0);
    expect(names(report)).toEqual(['index_behind']);
  });
});

/** Removes a row of an index, or writes another in its place. */
async function changeRow(
  folder: string,
  { table, key, value }: { table: string; key: Buffer; value: Buffer },
  isRemoved: boolean,
): Promise<void> {
  const { closeEnvironment, openEnvironment } = await import('../../../services/audit/index/environment.ts');
  const environment = await openEnvironment(folder);
  const rows = environment.tables[table as 'records'];
  const other = Buffer.from(value.length === 0 ? [1] : value);
  other[0] = other.readUInt8(0) ^ 1;
  await (isRemoved ? rows.remove(key) : rows.put(key, other));
  await closeEnvironment(environment);
}

async function contentsOf(folder: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !/lock/.test(entry.name))
      contents[path] = (await readFile(path)).toString('base64').slice(0, 4e6);
  }
  return contents;
}
