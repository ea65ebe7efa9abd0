import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditConfig } from '../../../services/audit/config.ts';
import { factsOf } from '../../../services/audit/index/facts.ts';
import type { IndexEntry } from '../../../services/audit/index/rows.ts';
import { maxPutEntries, openIndexStore } from '../../../services/audit/index/store.ts';
import {
  type FrameContent,
  frameChecksum,
  frameEntry,
  frameLength,
  frameRecordId,
  writeFrame,
} from '../../../services/audit/log/frame.ts';
import { encodeHeader, headerBytes, segmentPath } from '../../../services/audit/log/segment.ts';
import { auditFolders } from '../../../services/audit/opening.ts';
import { openKeyStore } from '../../../services/audit/sealing/key-store.ts';
import { createLocalKeyProvider } from '../../../services/audit/sealing/master-key.ts';
import { createSealer, encodeSealedField } from '../../../services/audit/sealing/sealer.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { openLogKey } from '../../../services/kit/transparency/log-key.ts';
import { recordCodec, uuidAt } from '../fixture.ts';

export interface GeneratedLog {
  readonly folder: string;
  readonly records: number;
  /** One record in so many has sealed content; 0 for none. */
  readonly sealedEvery: number;
  readonly personalBytes: number;
  readonly subjects: number;
}

const segmentBytes = 64 * 1024 * 1024;
const salt = 0x5eed_5a17;
const nothing = Buffer.alloc(0);

/** Writes a closed log of so many records, with keys and index, as fast as the disk takes it: for measurements. The first start makes its tree. */
export async function generateLog(settings: GeneratedLog): Promise<void> {
  const { folder, records } = settings;
  const folders = auditFolders(folder);
  const keysFolder = join(folder, 'keys');
  auditConfig({ folder, keysFolder });
  await mkdir(folders.log, { recursive: true });
  const keys = await openKeyStore({
    folder: keysFolder,
    provider: createLocalKeyProvider({
      folder: keysFolder,
      key: undefined,
      keyFile: undefined,
      log: silentLog,
    }),
    log: silentLog,
    usedUpTo: undefined,
  });
  await writeFile(
    join(folder, 'vkey'),
    `${(await openLogKey(join(keysFolder, 'log.key'), 'example.com/log')).vkey}\n`,
  );
  const contents = createContents(settings, keys);
  const { store } = await openIndexStore(folders.index);
  const buffer = Buffer.allocUnsafeSlow(segmentBytes);
  let previousSize = 0;
  let index = 0;
  for (let segment = 1; index < records; segment++) {
    const firstIndex = index;
    encodeHeader({ number: segment, salt, firstIndex, previousSize }).copy(buffer);
    let at = headerBytes;
    let entries: IndexEntry[] = [];
    let checksum = 0;
    const put = async (): Promise<void> => {
      const last = entries.at(-1);
      if (last !== undefined) await store.put(entries, { last: last.location, checksum, salt });
      entries = [];
    };
    for (; index < records; index++) {
      const { content, subject } = await contents(index);
      const length = frameLength(content);
      if (at + length > segmentBytes) break;
      writeFrame(buffer, at, length, { index, ordinal: 0, salt }, content);
      checksum = frameChecksum(buffer, at);
      entries.push({
        recordId: frameRecordId(buffer, at),
        location: { index, segment, offset: at, length },
        keyHash: undefined,
        slot: content.slot,
        subject,
        erases: undefined,
        facts: factsOf(frameEntry(buffer, at)),
      });
      at += length;
      if (entries.length === maxPutEntries) await put();
    }
    await put();
    const file = await open(segmentPath(folders.log, segment), 'wx');
    await file.writeFile(buffer.subarray(0, at));
    await file.sync();
    await file.close();
    previousSize = at;
  }
  await store.close();
  await keys.close();
}

function createContents(
  { personalBytes, records, sealedEvery, subjects }: GeneratedLog,
  keys: Awaited<ReturnType<typeof openKeyStore>>,
) {
  const sealer = createSealer(keys);
  const personal = Buffer.alloc(personalBytes, 7);
  const slots = new Map<number, number>();
  const slotOf = async (person: number): Promise<number> => {
    const known = slots.get(person);
    if (known !== undefined) return known;
    for (;;)
      try {
        const slot = keys.allocate();
        slots.set(person, slot);
        return slot;
      } catch {
        await keys.refilled();
      }
  };
  const now = Date.now();
  return async (index: number): Promise<{ content: FrameContent; subject: IndexEntry['subject'] }> => {
    const atMs = now - (records - index);
    const recordId = uuidAt(atMs);
    const record = recordCodec.encode({
      schema: 2,
      recordId,
      recordedAtUs: atMs * 1000,
      principal: 'bench',
      prediction: { model: { name: 'delay', version: 1 }, decision: index % 3 === 0 ? 'late' : 'on time' },
    });
    const plain = { recordId, keyHash: undefined, record, sealedField: nothing, sealed: nothing };
    if (sealedEvery === 0 || index % sealedEvery !== 0)
      return { content: { ...plain, slot: 0, sealedKind: 'none' }, subject: undefined };
    const person = (index / sealedEvery) % subjects;
    const name = `person=${person}`;
    const slot = await slotOf(person);
    const { commitment, handle, sealed } = sealer.seal({
      slot,
      subject: name,
      bodyDigest: nothing,
      personal,
    });
    return {
      content: {
        ...plain,
        slot,
        sealedKind: 'here',
        sealed,
        sealedField: encodeSealedField({ handle, commitment }),
      },
      subject: { tag: keys.tagOf(name), slot },
    };
  };
}
