import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { AuditService } from '../../../services/audit/service.ts';
import { append, get, newId, recordCodec, testCall } from '../fixture.ts';
import { DiskState } from './disk-state.ts';
import type { Gate, Operation, Verdict } from './fault-disk.ts';
import { type Area, areaOf } from './gate.ts';
import { type End, Life, type Remains } from './life.ts';
import { type Random, randomFrom } from './random.ts';

/** What a test wants of an operation; undefined to let it pass. */
export type Hook = (operation: Operation, area: Area, path: string) => Verdict | Promise<void> | undefined;

/** One audit log through several processes, each of which ends as a test wants. */
export class World {
  readonly #folder: string;
  readonly #random: Random;
  #remains: Remains = { disk: new DiskState(), index: undefined, locks: new Map() };
  #life: Life | undefined;
  #lives = 0;
  #end = (): void => {};
  #ended = Promise.resolve();

  private constructor(folder: string, random: Random) {
    this.#folder = folder;
    this.#random = random;
  }

  static async begin(seed = 1): Promise<World> {
    const world = await World.make(seed);
    onTestFinished(async () => await world.remove());
    return world;
  }

  /** One that the caller removes. */
  static async make(seed = 1): Promise<World> {
    return new World(await mkdtemp(join(tmpdir(), 'scoremesh-audit-')), randomFrom(seed));
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get life(): Life {
    if (this.#life === undefined) throw new Error('nothing was started');
    return this.#life;
  }

  /** Starts a process. */
  async open(hook?: Hook): Promise<AuditService> {
    if (this.#life === undefined)
      this.#ended = new Promise((resolve) => {
        this.#end = resolve;
      });
    this.#life ??= await Life.prepare(
      join(this.#folder, `life-${this.#lives++}`),
      this.logKeyFile,
      this.#remains,
      this.#random,
    );
    this.hook(hook);
    return await this.#life.open();
  }

  /** What operations come to from now on. */
  hook(hook: Hook | undefined): void {
    const ended = this.#ended;
    const gate: Gate = {
      enter: async (operation, path) => {
        const verdict = hook?.(operation, areaOf(path), path);
        if (!(verdict instanceof Promise)) return verdict;
        // What hangs ends with the process.
        await Promise.race([verdict, ended]);
        return undefined;
      },
      peek: (path) => {
        const verdict = hook?.('peek', areaOf(path), path);
        return verdict instanceof Promise ? undefined : verdict?.error;
      },
    };
    this.life.disk.gate = gate;
  }

  /** Ends the process here and now. */
  async crash(end: End, index: 'kept' | 'removed' = 'kept'): Promise<void> {
    const { life } = this;
    const remains = life.remains(end);
    this.#remains = index === 'kept' ? remains : { ...remains, index: undefined };
    await this.stop();
  }

  get folder(): string {
    return this.#folder;
  }

  /** The log's private key. */
  get logKeyFile(): string {
    return join(this.#folder, 'log.key');
  }

  async logKey(): Promise<Buffer> {
    return await readFile(this.logKeyFile);
  }

  async setLogKey(content: Buffer): Promise<void> {
    await writeFile(this.logKeyFile, content, { mode: 0o600 });
  }

  /** What the last process left behind. */
  get remains(): Remains {
    return this.#remains;
  }

  set remains(remains: Remains) {
    this.#remains = remains;
  }

  /** A stop in good order, and the power failure after it. */
  async close(end: End = 'kill'): Promise<void> {
    await this.life.close();
    await this.crash(end);
  }

  async stop(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    this.#life = undefined;
    life.disk.isDead = true;
    this.#end();
    await life.close();
    await life.remove();
  }
}

/** Fails the next operations of this kind. */
export function failing(
  operation: Operation,
  area: Area,
  settings: { readonly code?: string; readonly times?: number; readonly isDone?: boolean } = {},
): Hook {
  let left = settings.times ?? 1;
  return (each, in_) => {
    if (each !== operation || in_ !== area || left === 0) return undefined;
    left--;
    return { error: settings.code ?? 'EIO', isDone: settings.isDone ?? false };
  };
}

/** Appends a record about this subject; its id. */
export async function appendAbout(audit: AuditService, subject: string, note = 'n'): Promise<string> {
  const recordId = newId();
  await append(audit, {
    recordId,
    record: recordCodec.encode({ schema: 2, recordId, prediction: { model: { name: 'm', version: 1 } } }),
    personal: recordCodec.encode({ prediction: { request: { model: 'm', entities: { note } } } }),
    subject,
  });
  return recordId;
}

export async function stateOf(audit: AuditService, recordId: string): Promise<string> {
  return (await get(audit, recordId)).contentState;
}

export async function erase(audit: AuditService, subject: string): Promise<string> {
  const { records } = await audit.handlers.EraseSubject({ subject, reason: 'a test' }, testCall());
  return records;
}
