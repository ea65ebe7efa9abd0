import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditConfig } from '../../../services/audit/config.ts';
import { type AuditService, createAuditService } from '../../../services/audit/service.ts';
import { type Closers, createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { KeptLog, KeptMetrics } from '../fixture.ts';
import type { DiskState } from './disk-state.ts';
import { FaultDisk } from './fault-disk.ts';
import type { Random } from './random.ts';

/** What a process leaves behind. */
export interface Remains {
  readonly disk: DiskState;
  /** The data file of the index; undefined for none. */
  readonly index: Buffer | undefined;
  /** Locks by their path in the folder. */
  readonly locks: ReadonlyMap<string, string>;
}

export type End = 'kill' | 'power';

/** No process has it. */
const deadPid = 4_194_303;

/** One process on its folder: the audit role, its disk, and what is real of it: the folder with index and locks. */
export class Life {
  readonly folder: string;
  readonly disk: FaultDisk;
  readonly log = new KeptLog();
  readonly metrics = new KeptMetrics();
  /** What it is doing. */
  phase = 'nothing';
  readonly #logKey: string;
  readonly #random: Random;
  #closers: Closers | undefined;

  private constructor(folder: string, logKey: string, disk: FaultDisk, random: Random) {
    this.folder = folder;
    this.disk = disk;
    this.#logKey = logKey;
    this.#random = random;
  }

  /** A process that is about to start on what another left, in a folder of its own. */
  static async prepare(folder: string, logKey: string, remains: Remains, random: Random): Promise<Life> {
    await mkdir(join(folder, 'keys'), { recursive: true, mode: 0o700 });
    for (const [path, content] of remains.locks) await writeFile(join(folder, path), content);
    if (remains.index !== undefined) {
      await mkdir(join(folder, 'index'), { recursive: true });
      await writeFile(join(folder, 'index', 'data.mdb'), remains.index);
    }
    return new Life(folder, logKey, new FaultDisk(folder, remains.disk, random), random);
  }

  /** Opens the audit role; closes what it opened where that fails. */
  async open(): Promise<AuditService> {
    const closers = createClosers(this.log);
    this.#closers = closers;
    try {
      return await createAuditService(
        auditConfig({
          folder: this.folder,
          keysFolder: join(this.folder, 'keys'),
          logKeyFile: this.#logKey,
          origin: 'faults.test/log',
          segmentBytes: 128 * 1024,
          indexBatchRecords: this.#random.pick([4, 64, 1024]),
          indexDelayMs: this.#random.pick([0, 2, 50]),
          probeIntervalMs: 1,
          probeBytes: 4096,
          closeTimeoutMs: 900,
        }),
        { log: this.log, metrics: this.metrics, disk: this.disk, stateDisk: this.disk },
        closers,
      );
    } catch (error) {
      await closers.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#closers?.close();
  }

  /** What is there at this moment, as the process and, with the power, the system end. */
  remains(end: End): Remains {
    const { state } = this.disk;
    const index = join(this.folder, 'index', 'data.mdb');
    const locks = new Map<string, string>();
    for (const folder of ['', 'keys'])
      for (const name of readdirSync(join(this.folder, folder)))
        if (/^lock\.\d+$/.test(name)) {
          const path = join(folder, name);
          locks.set(path, orphaned(readFileSync(join(this.folder, path), 'utf8'), end));
        }
    return {
      disk: end === 'kill' ? state.afterKill() : state.afterPowerFailure(this.#random),
      index: existsSync(index) ? readFileSync(index) : undefined,
      locks,
    };
  }

  /** Removes what is real of it. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What was said that must never have to be said. */
  alarms(): Error[] {
    const lost = this.metrics.counts.get('scoremesh_audit_lost_content_total{}') ?? 0;
    const messages = this.log.lines.map(({ message }) => message).filter((message) => alarms.test(message));
    if (lost > 0) messages.push(`${lost} times content was lost`);
    return messages.map((message) => new Error(message));
  }
}

const alarms =
  /lost records|lacks keys|content of a record can not be read|can not be opened anew|index does not fit|records that the log has not/;

/** A lock as the next process finds it: this one's is that of one that is gone; with the power all are of a system that is gone. */
function orphaned(content: string, end: End): string {
  try {
    const lock = JSON.parse(content) as { pid?: number; bootId?: string };
    if (lock.bootId === undefined) return content;
    const pid = lock.pid === process.pid ? deadPid : lock.pid;
    return JSON.stringify(end === 'kill' ? { ...lock, pid } : { ...lock, bootId: 'before' });
  } catch {
    return content;
  }
}
