import { MeshError } from '../../../../services/kit/errors/mesh-error.ts';
import { smallIntegers } from './datatype.ts';
import { Doubles, Floats, Halves } from './float-elements.ts';
import { LongIntegers, SmallIntegers } from './integer-elements.ts';
import type { JsonReader } from './json-reader.ts';
import { Booleans, Texts } from './plain-elements.ts';

const longRange = 2n ** 63n;

/** Reads the elements of one tensor into its raw form. */
export interface ElementReader {
  /** Reads the next JSON value as element `index`. Fails with TENSOR_INVALID that names both. */
  read(json: JsonReader, index: number): void;
  /** Little-endian content of all that was read. */
  raw(): Uint8Array;
}

/** For `count` elements of a datatype; `name` is the input's, for errors. */
export function elementReader(datatype: string, count: number, name: string): ElementReader {
  const small = smallIntegers[datatype];
  if (small !== undefined) return new SmallIntegers(datatype, small, count, name);
  switch (datatype) {
    case 'BOOL':
      return new Booleans(count, name);
    case 'INT64':
      return new LongIntegers(datatype, -longRange, longRange - 1n, count, name);
    case 'UINT64':
      return new LongIntegers(datatype, 0n, 2n * longRange - 1n, count, name);
    case 'FP16':
      return new Halves(count, name);
    case 'FP32':
      return new Floats(count, name);
    case 'FP64':
      return new Doubles(count, name);
    case 'BYTES':
      return new Texts(name);
    default:
      throw new MeshError(
        'TENSOR_INVALID',
        `receiving ${datatype} data via JSON is not supported. Please use the binary data format for input '${name}'`,
      );
  }
}
