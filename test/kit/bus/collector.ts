/** Collects what comes and resolves when there is enough. */
export interface Collector<T> {
  add(item: T): void;
  readonly items: T[];
  reaches(count: number): Promise<T[]>;
}

export function collector<T>(): Collector<T> {
  const items: T[] = [];
  const waiting: { count: number; resolve(items: T[]): void }[] = [];
  return {
    items,
    add: (item) => {
      items.push(item);
      for (const { count, resolve } of waiting) if (items.length >= count) resolve(items);
    },
    reaches: (count) =>
      new Promise((resolve) => (items.length >= count ? resolve(items) : waiting.push({ count, resolve }))),
  };
}
