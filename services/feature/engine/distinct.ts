import type { Datatype } from '../declarations/declarations.ts';
import type { Accumulator } from './accumulator.ts';
import { DistinctValues } from './distinct-values.ts';
import { hashField } from './value-hash.ts';
import { writeNumber } from './write-value.ts';

/** How many different values a field has; see DistinctValues. */
export function distinctOf(
  datatype: Datatype,
  field: { readonly name: string; readonly datatype: Datatype },
): Accumulator {
  return {
    numbers: 0,
    things: 1,
    invertible: false,
    add: ({ things, thingsAt }, row) => {
      if (row.isNull(field.name)) return;
      let values = things[thingsAt] as DistinctValues | undefined;
      if (values === undefined) {
        values = new DistinctValues();
        things[thingsAt] = values;
      }
      values.add(hashField(row, field.name, field.datatype));
    },
    subtract: () => {},
    fold: (window, tile) => {
      const values = tile.things[tile.thingsAt] as DistinctValues | undefined;
      if (values === undefined) return;
      let all = window.things[window.thingsAt] as DistinctValues | undefined;
      if (all === undefined) {
        all = new DistinctValues();
        window.things[window.thingsAt] = all;
      }
      all.merge(values);
    },
    read: ({ things, thingsAt }, reading, place) =>
      writeNumber(reading, place, datatype, (things[thingsAt] as DistinctValues | undefined)?.count() ?? 0),
  };
}
