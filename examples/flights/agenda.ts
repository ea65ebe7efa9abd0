/** Things that come due in a minute. */
export interface Agenda<T> {
  add(minute: number, item: T): void;
  /** Takes out what is due in `minute` or was before, earliest first. Costs a step for each minute since the last time. */
  takeUntil(minute: number): T[];
  /** Takes out everything. */
  takeAll(): T[];
  size(): number;
}

/** `fromMinute`: nothing is due before it. */
export function createAgenda<T>(fromMinute: number): Agenda<T> {
  const buckets = new Map<number, T[]>();
  let passed = fromMinute - 1;
  let size = 0;
  const take = (minute: number): T[] => {
    const items = buckets.get(minute) ?? [];
    buckets.delete(minute);
    size -= items.length;
    return items;
  };
  return {
    add(minute, item) {
      const due = Math.max(minute, passed + 1);
      const bucket = buckets.get(due);
      if (bucket === undefined) buckets.set(due, [item]);
      else bucket.push(item);
      size += 1;
    },
    takeUntil(minute) {
      const due: T[] = [];
      while (passed < minute) due.push(...take(++passed));
      return due;
    },
    takeAll: () => [...buckets.keys()].sort((a, b) => a - b).flatMap(take),
    size: () => size,
  };
}
