import { isMeshError, type MeshError } from '../../kit/errors/mesh-error.ts';
import type { Log } from '../../kit/log/log.ts';
import type { AuditConfig } from '../config.ts';
import { type Disk, type DiskFile, errorCode, isDiskFull, writeFully } from '../disk.ts';
import { finishesWithin } from '../time-limit.ts';
import { Commit, type Entry, type NewEntry } from './commit.ts';
import type { SegmentStart } from './entry-places.ts';
import { closed, diskFull, logFailed, outcomeUnknown, queueFull } from './fault.ts';
import type { RecoveredLog } from './recovery.ts';
import { probeRoom, reopenSegment } from './repair.ts';
import { createSegment, headerBytes } from './segment.ts';

/** What the writer tells about commits, before those who wait for them go on. */
export interface CommitObserver {
  durable(commit: Commit, seconds: number): void;
  /** Its records are not in the log, or it is unknown whether they are. */
  failed(commit: Commit): void;
}

export interface LogWriterOptions {
  readonly config: AuditConfig;
  readonly disk: Disk;
  /** Folder of the segments. */
  readonly folder: string;
  readonly log: Log;
  readonly observer: CommitObserver;
}

export type LogState = 'writable' | 'disk_full' | 'failed' | 'closed';

/**
 * The end of the log. Records that arrive while a commit runs are gathered and become durable together with the next one: no
 * timer, one write and one fdatasync per commit whatever its size. Every commit is durable before the next is written.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #salt: number;
  #file: DiskFile;
  #segment: number;
  /** Durable bytes of the segment; nothing behind them counts. */
  #size: number;
  #closedBytes: number;
  /** Oldest first. */
  readonly #segments: SegmentStart[];
  /** Durable records. */
  #records: number;
  #gathering = new Commit(undefined);
  #running: Commit | undefined;
  #isScheduled = false;
  #state: LogState = 'writable';
  #isInOrder = true;
  #fault: MeshError | undefined;
  #idle: (() => void) | undefined;
  #repairTimer: NodeJS.Timeout | undefined;
  #repair: Promise<void> | undefined;

  constructor(options: LogWriterOptions, recovered: RecoveredLog) {
    this.#options = options;
    this.#salt = recovered.salt;
    this.#file = recovered.file;
    this.#segment = recovered.segment;
    this.#size = recovered.size;
    this.#closedBytes = recovered.closedBytes;
    this.#records = recovered.records;
    this.#segments = [...recovered.segments];
  }

  /** Where segments begin, oldest first. */
  get segments(): readonly SegmentStart[] {
    return this.#segments;
  }

  /** The log begins with this segment from now on; bytes are those of the segments before it. */
  beginWith(number: number, bytes: number): void {
    const at = this.#segments.findIndex((segment) => segment.number === number);
    if (at <= 0) return;
    this.#segments.splice(0, at);
    this.#closedBytes -= bytes;
  }

  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#closedBytes + this.#size;
  }

  get pendingRecords(): number {
    return this.#gathering.entries.length + (this.#running?.entries.length ?? 0);
  }

  get state(): LogState {
    return this.#state;
  }

  get salt(): number {
    return this.#salt;
  }

  /** Whether the file has nothing but what is durable: false after a failed write or sync, until it was opened anew. */
  get isInOrder(): boolean {
    return this.#isInOrder;
  }

  /** Why an append would fail now, apart from a full queue. */
  get fault(): MeshError | undefined {
    return this.#fault;
  }

  /**
   * Takes one record into the next commit, whose `done` tells when it is durable; undefined if its id is not a UUID. Throws the
   * fault, or QUEUE_FULL. The content is copied.
   */
  append(content: NewEntry): Entry | undefined {
    if (this.#fault !== undefined) throw this.#fault;
    const { maxPendingRecords, maxPendingBytes } = this.#options.config;
    const pending = this.pendingRecords;
    if (pending >= maxPendingRecords)
      throw queueFull(`${pending} records wait for the audit log`, maxPendingRecords);
    const pendingBytes = this.#gathering.bytes + (this.#running?.bytes ?? 0);
    if (pendingBytes + content.record.length + content.sealed.length > maxPendingBytes)
      throw queueFull(`${pendingBytes} bytes wait for the audit log`, maxPendingBytes);
    const index = this.#records + pending;
    const entry = this.#gathering.add(content, { index, salt: this.#salt });
    if (entry !== undefined && this.#running === undefined && !this.#isScheduled) {
      this.#isScheduled = true;
      // Not at once, so that everything that arrived in this turn of the event loop goes into one commit.
      setImmediate(this.#begin);
    }
    return entry;
  }

  /**
   * Takes no more records, waits for those taken, closes the file. Resolves to whether the disk was done in time; if not, records
   * are left whose appends never resolved.
   */
  async close(timeoutMs: number): Promise<boolean> {
    this.#state = 'closed';
    this.#fault = closed();
    clearTimeout(this.#repairTimer);
    return await finishesWithin(this.#finish(), timeoutMs);
  }

  async #finish(): Promise<void> {
    if (this.pendingRecords > 0)
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    await this.#repair;
    await this.#file.close().catch(() => {});
  }

  #spare: Buffer | undefined;

  readonly #begin = (): void => {
    this.#isScheduled = false;
    const commit = this.#gathering;
    this.#running = commit;
    this.#gathering = new Commit(this.#spare);
    this.#spare = undefined;
    void this.#run(commit);
  };

  async #run(commit: Commit): Promise<void> {
    const startedAt = performance.now();
    let isWritten = false;
    try {
      if (this.#size + commit.bytes > this.#options.config.segmentBytes && this.#size > headerBytes)
        await this.#roll();
      await writeFully(this.#file, commit.buffer, commit.bytes, this.#size);
      isWritten = true;
      await this.#file.datasync();
    } catch (error) {
      // A failed sync says nothing about room: what was written may be lost without another word from the system.
      if (!isWritten && isDiskFull(error)) await this.#meetFullDisk(commit, error);
      else this.#meetFailure(commit, error);
      return;
    }
    const offset = this.#size;
    this.#size += commit.bytes;
    this.#records += commit.entries.length;
    this.#running = undefined;
    this.#spare = commit.release();
    commit.succeed(this.#segment, offset);
    this.#options.observer.durable(commit, (performance.now() - startedAt) / 1000);
    if (this.#gathering.entries.length > 0) this.#begin();
    else this.#idle?.();
  }

  async #roll(): Promise<void> {
    const next = this.#segment + 1;
    const file = await createSegment(this.#options.disk, this.#options.folder, {
      number: next,
      salt: this.#salt,
      firstIndex: this.#records,
      previousSize: this.#size,
    });
    await this.#file.close().catch(() => {});
    this.#closedBytes += this.#size;
    this.#file = file;
    this.#segment = next;
    this.#segments.push({ number: next, firstIndex: this.#records });
    this.#size = headerBytes;
  }

  /** Takes the failed commit back out of the file, so that the answer "not recorded" is true. */
  async #meetFullDisk(commit: Commit, cause: unknown): Promise<void> {
    const { folder, config } = this.#options;
    const fault = diskFull(folder, cause, config.probeIntervalMs);
    this.#stop('disk_full', fault);
    try {
      await this.#file.truncate(this.#size);
      await this.#file.sync();
    } catch (error) {
      this.#meetFailure(commit, error);
      return;
    }
    this.#drop(commit, fault, fault);
  }

  #meetFailure(commit: Commit, cause: unknown): void {
    this.#isInOrder = false;
    const { folder, config } = this.#options;
    const fault = logFailed(folder, cause, config.probeIntervalMs);
    this.#stop('failed', fault);
    this.#drop(commit, outcomeUnknown(folder, cause, config.probeIntervalMs), fault);
  }

  #stop(state: 'disk_full' | 'failed', fault: MeshError): void {
    this.#options.log.error('the audit log takes no records', { state, error: fault });
    // A closing writer stays closed; its waiters are told all the same.
    if (this.#state === 'closed') return;
    this.#state = state;
    this.#fault = fault;
  }

  #drop(commit: Commit, fault: MeshError, gatheredFault: MeshError): void {
    const gathered = this.#gathering;
    this.#running = undefined;
    this.#gathering = new Commit(gathered.release());
    this.#options.observer.failed(commit);
    this.#options.observer.failed(gathered);
    commit.fail(fault);
    gathered.fail(gatheredFault);
    this.#idle?.();
    this.#scheduleRepair();
  }

  #scheduleRepair(): void {
    if (this.#state === 'closed') return;
    this.#repairTimer = setTimeout(() => {
      this.#repair = this.#tryRepair();
    }, this.#options.config.probeIntervalMs).unref();
  }

  async #tryRepair(): Promise<void> {
    const { disk, folder, config, log } = this.#options;
    try {
      await probeRoom(disk, folder, config.probeBytes);
      if (this.#state === 'failed') await this.#reopen();
    } catch (error) {
      if (isMeshError(error)) {
        log.error('the audit log can not be opened anew', { error });
        if (this.#state !== 'closed') this.#fault = error;
        return;
      }
      log.debug('the audit log can not be written yet', { cause: errorCode(error) });
      this.#scheduleRepair();
      return;
    }
    if (this.#state === 'closed') return;
    this.#state = 'writable';
    this.#fault = undefined;
    log.info('the audit log takes records again', { records: this.#records });
  }

  async #reopen(): Promise<void> {
    const { disk, folder } = this.#options;
    await this.#file.close().catch(() => {});
    this.#file = await reopenSegment(disk, folder, {
      number: this.#segment,
      salt: this.#salt,
      size: this.#size,
      records: this.#records,
    });
    this.#closedBytes += this.#size;
    this.#segment++;
    this.#segments.push({ number: this.#segment, firstIndex: this.#records });
    this.#size = headerBytes;
    this.#isInOrder = true;
  }
}
