import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMeshError } from '../../../kit/errors/mesh-error.ts';
import type { Facts } from '../../index/facts.ts';
import type { SubjectSlot } from '../../log/commit.ts';
import type { KeyStore } from '../../sealing/key-store.ts';
import { payloadName } from '../../sealing/payload-ref.ts';
import type { Payloads } from '../../sealing/payloads.ts';
import { readSealedField, type SealedTie, type Sealer } from '../../sealing/sealer.ts';
import type { SealingDisk } from '../../sealing/sealing-disk.ts';
import { type FindingName, type Findings, restoreRemedy } from './findings.ts';
import type { CheckedFrame } from './log-walk.ts';
import { SlotSet } from './slot-set.ts';

export interface ContentCheckOptions {
  readonly disk: SealingDisk;
  /** Of the large contents. */
  readonly payloadsFolder: string;
  readonly keys: KeyStore;
  readonly sealer: Sealer;
  readonly payloads: Payloads;
  readonly findings: Findings;
  readonly repairs: boolean;
}

/** Content that can't be read, unless an erasure names it. */
interface Unread {
  readonly name: FindingName;
  readonly place: string;
  readonly what: string;
  readonly slot: number;
}

const keysRemedy = 'restore the folder of keys from a back-up that is younger than the record';

/** Opens what is sealed of each record, and tells what was erased from what is lost. */
export class ContentCheck {
  readonly #options: ContentCheckOptions;
  /** By handle. */
  readonly #unread = new Map<string, Unread>();
  /** Slots that erasures destroy, and which entry says so. */
  readonly #erasedSlots = new Map<number, CheckedFrame['index']>();
  /** Names of files of large contents that records have. */
  readonly #payloads = new Set<string>();
  /** Slots of contents that can't be read and were not erased, once all are known. */
  readonly lostSlots = new SlotSet();
  opened = 0;
  erased = 0;

  constructor(options: ContentCheckOptions) {
    this.#options = options;
  }

  /** Whose content it is, as the index keeps it. At once but for large contents: a promise for each costs as much as opening it. */
  add(
    frame: CheckedFrame,
    facts: Facts | undefined,
  ): SubjectSlot | undefined | Promise<SubjectSlot | undefined> {
    if (facts?.event === 'erasure') this.#addErasure(frame, facts);
    if (frame.sealedKind === 'none') return undefined;
    this.#options.keys.noteUsed(frame.slot);
    const tie = readSealedField(frame.entry);
    if (tie === undefined) {
      const what = 'it has sealed content, but its entry does not commit to any';
      this.#tell('content_damaged', placeOf(frame), what);
      return undefined;
    }
    if (frame.sealedKind === 'here') return this.#open(frame, tie, frame.sealed);
    return this.#payload(frame, tie).then((sealed) =>
      sealed === undefined ? undefined : this.#open(frame, tie, sealed),
    );
  }

  #open(frame: CheckedFrame, tie: SealedTie, sealed: Buffer): SubjectSlot | undefined {
    const { keys, sealer } = this.#options;
    const { slot } = frame;
    const opened = sealer.open({ slot, sealed, handle: tie.handle, commitment: tie.commitment });
    if (opened === 'destroyed' || opened === 'damaged') {
      this.#unread.set(tie.handle.toString('latin1'), {
        name: 'content_lost',
        place: placeOf(frame),
        slot,
        what: `its content is lost: the key in slot ${slot} is ${keys.stateOf(slot) === 'live' ? 'another' : keys.stateOf(slot)}, and no erasure names it`,
      });
      return undefined;
    }
    this.opened++;
    return slot === 0 || opened.subject === '' ? undefined : { tag: keys.tagOf(opened.subject), slot };
  }

  /** After the last entry. */
  async end(): Promise<void> {
    const { findings } = this.#options;
    for (const { name, place, slot, what } of this.#unread.values()) {
      this.lostSlots.add(slot);
      findings.add({ name, severity: 'fault', place, what, remedy: keysRemedy });
    }
    await this.#checkErasedKeys();
    await this.#findOrphans();
  }

  #addErasure({ index, slot }: CheckedFrame, facts: Facts): void {
    if (slot > 0) this.#erasedSlots.set(slot, index);
    for (const handle of facts.handles) if (this.#unread.delete(handle.toString('latin1'))) this.erased++;
  }

  async #payload(frame: CheckedFrame, { handle }: SealedTie): Promise<Buffer | undefined> {
    const { keys, payloads } = this.#options;
    const file = payloadName(frame.sealed);
    const place = placeOf(frame);
    try {
      const sealed = await payloads.get(frame.sealed);
      if (sealed !== undefined) {
        // An interrupted erasure may have left it.
        if (keys.stateOf(frame.slot) !== 'destroyed') this.#payloads.add(file);
        return sealed;
      }
      const what = `the file ${file} of its large content is missing, and no erasure names it`;
      this.#unread.set(handle.toString('latin1'), { name: 'payload_missing', place, what, slot: frame.slot });
    } catch (error) {
      if (!isMeshError(error)) throw error;
      this.#payloads.add(file);
      this.lostSlots.add(frame.slot);
      this.#tell('payload_damaged', place, error.message);
    }
    return undefined;
  }

  #tell(name: FindingName, place: string, what: string): void {
    this.#options.findings.add({ name, severity: 'fault', place, what, remedy: restoreRemedy });
  }

  async #checkErasedKeys(): Promise<void> {
    const { findings, keys, repairs } = this.#options;
    for (const [slot, index] of this.#erasedSlots) {
      if (keys.stateOf(slot) === 'destroyed') continue;
      if (keys.stateOf(slot) === 'unknown') continue;
      if (repairs) {
        keys.noteUsed(slot);
        await keys.destroy([slot]);
      }
      findings.add({
        name: 'key_not_destroyed',
        severity: 'fault',
        place: `key slot ${slot}`,
        what: `entry ${index} says that its subject was erased, but its key is there: it came back with an older back-up of the keys`,
        remedy: 'destroy it again: scoremesh audit check --repair',
        isRepaired: repairs,
      });
    }
  }

  async #findOrphans(): Promise<void> {
    const { disk, findings, payloadsFolder, repairs } = this.#options;
    const names = await readdir(payloadsFolder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of names) {
      if (!entry.isFile() || this.#payloads.has(entry.name)) continue;
      const place = join(entry.parentPath, entry.name);
      if (repairs) {
        await disk.remove(place);
        await disk.syncFolder(entry.parentPath);
      }
      findings.add({
        name: 'payload_orphaned',
        severity: 'note',
        place,
        what: 'no record that can be read has this large content',
        remedy: 'remove it: scoremesh audit check --repair',
        isRepaired: repairs,
      });
    }
  }
}

function placeOf({ index, recordId }: CheckedFrame): string {
  return `entry ${index}, record ${recordId}`;
}
