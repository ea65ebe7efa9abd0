import type { Gate, Operation, Verdict } from './fault-disk.ts';
import type { Random } from './random.ts';

/** Parts of what the audit role keeps. */
export const areas = [
  'log',
  'subjects',
  'keys',
  'payloads',
  'tile',
  'head',
  'vkey',
  'erasing',
  'other',
] as const;
export type Area = (typeof areas)[number];

export function areaOf(path: string): Area {
  if (path.startsWith('log')) return 'log';
  if (path === 'keys/subjects') return 'subjects';
  if (path.startsWith('keys')) return 'keys';
  if (path.startsWith('payloads')) return 'payloads';
  if (path.startsWith('tree/tile')) return 'tile';
  if (path.startsWith('tree/head')) return 'head';
  if (path.startsWith('vkey')) return 'vkey';
  return path.startsWith('erasing') ? 'erasing' : 'other';
}

/** The n-th operation that changes something, from 1: of all, of an area, or of a kind in an area, e.g. "rename head". */
export interface Moment {
  readonly what: 'any' | Area | `${Operation} ${Area}`;
  readonly nth: number;
}

export type FaultPlan =
  | { readonly kind: 'none' }
  /** Operations from a moment on fail so many times. */
  | { readonly kind: 'error'; readonly at: Moment; readonly code: 'EIO' | 'ENOSPC'; readonly times: number }
  | { readonly kind: 'noise'; readonly rate: number }
  /** One operation is not answered before the end. */
  | { readonly kind: 'hang'; readonly at: Moment };

/** Operations that change something: reads can't be torn. */
export const changes = [
  'makeFolder',
  'create',
  'write',
  'datasync',
  'sync',
  'truncate',
  'remove',
  'rename',
  'syncFolder',
] as const;
const changing: ReadonlySet<Operation> = new Set<Operation>(changes);

/** Delays, fails and hangs operations as planned, and tells when the moment of the end has come. */
export class PlannedGate implements Gate {
  readonly #random: Random;
  readonly #fault: FaultPlan;
  readonly #cut: Moment | undefined;
  readonly #onCut: (where: string) => void;
  readonly #counts = new Map<string, number>();
  #errorsLeft: number;
  #isQuiet = false;
  #letGo: (() => void)[] = [];

  constructor(random: Random, fault: FaultPlan, cut: Moment | undefined, onCut: (where: string) => void) {
    this.#random = random;
    this.#fault = fault;
    this.#cut = cut;
    this.#onCut = onCut;
    this.#errorsLeft = fault.kind === 'error' ? fault.times : Number.POSITIVE_INFINITY;
  }

  /** From now on nothing fails, and nothing ends the process. */
  quiet(): void {
    this.#isQuiet = true;
    this.letGo();
  }

  resume(): void {
    this.#isQuiet = false;
  }

  /** Answers what hangs. */
  letGo(): void {
    for (const letGo of this.#letGo) letGo();
    this.#letGo = [];
  }

  async enter(operation: Operation, path: string): Promise<Verdict | undefined> {
    const random = this.#random;
    for (let turns = random.chance(0.5) ? 0 : random.below(5); turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
    if (this.#isQuiet) return operation === 'write' && random.chance(0.1) ? { part: 0.5 } : undefined;
    const area = areaOf(path);
    const isChange = changing.has(operation);
    const names = ['any', area, `${operation} ${area}`];
    if (isChange) for (const name of names) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    if (isChange && this.#since(this.#cut, names) === 0) {
      const end = (): void => this.#onCut(`${operation} ${area}`);
      if (random.chance(0.5)) end();
      // What the write did not get to is not there.
      else return operation === 'write' ? { part: random.pick([0.3, 0.7, 1]), after: end } : { after: end };
    }
    const failing = this.#failure(isChange, names);
    if (failing !== undefined) return { error: failing, isDone: random.chance(0.3), part: random.next() };
    if (this.#fault.kind === 'hang' && isChange && this.#since(this.#fault.at, names) === 0)
      await new Promise<void>((resolve) => this.#letGo.push(resolve));
    return operation === 'write' && random.chance(0.1) ? { part: 0.5 } : undefined;
  }

  peek(_path: string): string | undefined {
    if (this.#isQuiet || this.#fault.kind !== 'noise') return undefined;
    return this.#random.chance(this.#fault.rate / 4) ? 'EIO' : undefined;
  }

  #failure(isChange: boolean, names: readonly string[]): string | undefined {
    const fault = this.#fault;
    if (fault.kind === 'noise') return this.#random.chance(fault.rate) ? 'EIO' : undefined;
    if (fault.kind !== 'error' || !isChange || this.#errorsLeft === 0) return undefined;
    if ((this.#since(fault.at, names) ?? -1) < 0) return undefined;
    this.#errorsLeft--;
    return fault.code;
  }

  /** How far after the moment this operation is; undefined if it is none of its kind. */
  #since(moment: Moment | undefined, names: readonly string[]): number | undefined {
    if (moment === undefined || !names.includes(moment.what)) return undefined;
    return (this.#counts.get(moment.what) ?? 0) - moment.nth;
  }
}
