import type { Datatype } from '../declarations/declarations.ts';
import type { ViewReading } from './view-program.ts';

/** Writes a number in the feature's type, zero without a sign; one that the type can't hold as a finite number is null. */
export function writeNumber(reading: ViewReading, place: number, datatype: Datatype, value: number): void {
  // What rounds to zero may have a sign.
  const rounded = (datatype === 'FP32' ? Math.fround(value) : value) + 0;
  if (!Number.isFinite(rounded)) {
    reading.nulls[place] = 1;
    return;
  }
  reading.nulls[place] = 0;
  if (datatype === 'INT64') reading.integers[place] = BigInt(rounded);
  else reading.numbers[place] = rounded;
}

const min64 = -(2n ** 63n);
const max64 = 2n ** 63n - 1n;

/** Writes an exact integer; beyond 64 bits it is null. */
export function writeInteger(reading: ViewReading, place: number, datatype: Datatype, value: bigint): void {
  if (datatype !== 'INT64') {
    writeNumber(reading, place, datatype, Number(value));
    return;
  }
  if (value < min64 || value > max64) {
    reading.nulls[place] = 1;
    return;
  }
  reading.nulls[place] = 0;
  reading.integers[place] = value;
}
