/** Counts per entity, an integer from 0; entities that were never counted have no events. */
export interface Tally {
  /** `sign` is 1 when an event enters the window and -1 when it leaves. */
  change(entity: number, late: boolean, delayMinutes: number, sign: 1 | -1): void;
  count(entity: number): number;
  /** Share of late events; NaN without events, for no history is not a history of punctuality. */
  lateRate(entity: number): number;
  /** NaN without events. */
  meanDelayMinutes(entity: number): number;
}

export function createTally(): Tally {
  // Count, late and delay of an entity lie side by side. Integers, so what leaves cancels exactly what entered.
  let cells = new Int32Array(3 * 64);
  const cell = (entity: number, field: number): number => cells[3 * entity + field] ?? 0;

  return {
    change(entity, late, delayMinutes, sign) {
      const at = 3 * entity;
      if (at >= cells.length) {
        const larger = new Int32Array(6 * (entity + 1));
        larger.set(cells);
        cells = larger;
      }
      cells[at] = cell(entity, 0) + sign;
      cells[at + 1] = cell(entity, 1) + (late ? sign : 0);
      cells[at + 2] = cell(entity, 2) + sign * delayMinutes;
    },
    count: (entity) => cell(entity, 0),
    lateRate: (entity) => cell(entity, 1) / cell(entity, 0),
    meanDelayMinutes: (entity) => cell(entity, 2) / cell(entity, 0),
  };
}
