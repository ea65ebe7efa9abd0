import { type Lane, lanes } from '../job-names.ts';

/** Shares of the lanes that have something waiting. */
const weights: Readonly<Record<Lane, number>> = { high: 8, normal: 4, low: 1 };

/** Who is next: lanes by their shares, tenants of a lane in turn, a tenant's own in the order in which they came. Pure. */
export interface TurnOrder<T> {
  add(lane: Lane, tenant: string, item: T): void;
  /** Takes the next one out, of the tenants that may go; undefined if none of these waits. */
  next(mayGo?: (tenant: string) => boolean): T | undefined;
  /** Takes all out. */
  clear(): T[];
  readonly size: number;
}

/**
 * Lanes go by smooth weighted round robin: each turn gives a lane its weight as credit and takes all weights of the turn from the one that goes,
 * so that of 13 turns the low lane has one, and they are spread. A lane that has nothing waiting has no credit to save up.
 */
export function createTurnOrder<T>(): TurnOrder<T> {
  const waiting = lanes.map((name) => ({
    weight: weights[name],
    credit: 0,
    tenants: new Map<string, T[]>(),
  }));
  type Waiting = (typeof waiting)[number];
  const byName = new Map<Lane, Waiting>(lanes.map((name, place) => [name, waiting[place] as Waiting]));
  let size = 0;

  const nextLane = (open: readonly Waiting[]): Waiting | undefined => {
    let chosen: Waiting | undefined;
    let total = 0;
    for (const lane of open) {
      lane.credit += lane.weight;
      total += lane.weight;
      if (chosen === undefined || lane.credit > chosen.credit) chosen = lane;
    }
    if (chosen !== undefined) chosen.credit -= total;
    return chosen;
  };

  return {
    get size() {
      return size;
    },
    add: (name, tenant, item) => {
      const tenants = byName.get(name)?.tenants;
      const queue = tenants?.get(tenant);
      if (queue === undefined) tenants?.set(tenant, [item]);
      else queue.push(item);
      size += 1;
    },
    next: (mayGo = () => true) => {
      const isOpen = ({ tenants }: Waiting): boolean => {
        for (const tenant of tenants.keys()) if (mayGo(tenant)) return true;
        return false;
      };
      const lane = nextLane(waiting.filter(isOpen));
      for (const [tenant, queue] of lane?.tenants ?? []) {
        if (lane === undefined || !mayGo(tenant)) continue;
        const item = queue.shift();
        // To the end of the line, or out of it.
        lane.tenants.delete(tenant);
        if (queue.length > 0) lane.tenants.set(tenant, queue);
        if (lane.tenants.size === 0) lane.credit = 0;
        size -= 1;
        return item;
      }
      return undefined;
    },
    clear: () => {
      const all: T[] = [];
      for (const lane of waiting) {
        for (const queue of lane.tenants.values()) all.push(...queue);
        lane.tenants.clear();
        lane.credit = 0;
      }
      size = 0;
      return all;
    },
  };
}

/** Lets a bounded number of jobs run at once. */
export interface Scheduler {
  /** Resolves when it is the job's turn, to what ends it, called once; to undefined when the worker stops. */
  turn(lane: Lane, tenant: string): Promise<(() => void) | undefined>;
  /** Whoever waits for a turn gets none any more. */
  close(): void;
  running(): number;
  waiting(): number;
}

/** The last quarter is for tenants of which few run: jobs of a slow model can't hold all, for as long as they take. */
const commonShare = 3 / 4;
const fewShare = 1 / 16;

export function createScheduler(maxRunning: number): Scheduler {
  const order = createTurnOrder<(isTurn: boolean) => void>();
  const common = Math.ceil(maxRunning * commonShare);
  const few = Math.max(1, Math.floor(maxRunning * fewShare));
  const runningOf = new Map<string, number>();
  let running = 0;
  let isClosed = false;
  const count = (tenant: string, change: number): void => {
    running += change;
    const own = (runningOf.get(tenant) ?? 0) + change;
    if (own === 0) runningOf.delete(tenant);
    else runningOf.set(tenant, own);
  };
  const isOfFew = (tenant: string): boolean => (runningOf.get(tenant) ?? 0) < few;
  const go = (): void => {
    while (running < maxRunning) {
      const take = running < common ? order.next() : order.next(isOfFew);
      if (take === undefined) return;
      take(true);
    }
  };
  return {
    turn: (lane, tenant) =>
      new Promise((resolve) => {
        if (isClosed) {
          resolve(undefined);
          return;
        }
        const done = (): void => {
          count(tenant, -1);
          go();
        };
        order.add(lane, tenant, (isTurn) => {
          if (isTurn) count(tenant, 1);
          resolve(isTurn ? done : undefined);
        });
        go();
      }),
    close: () => {
      isClosed = true;
      for (const take of order.clear()) take(false);
    },
    running: () => running,
    waiting: () => order.size,
  };
}
