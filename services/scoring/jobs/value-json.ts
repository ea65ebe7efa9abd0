import type { Value__Output as Value } from '../../gen/scoremesh/scoring/v1/Value.ts';

/** A value as JSON: itself where JSON can say it, else {"integer"} or {"tensor"}; what is no finite number is text. As over HTTP. */
export function valueJson(value: Value): unknown {
  switch (value.kind) {
    case 'number':
      return Number.isFinite(value.number) ? value.number : String(value.number);
    case 'integer':
      return Number.isSafeInteger(Number(value.integer)) ? Number(value.integer) : { integer: value.integer };
    case 'text':
      return value.text;
    case 'flag':
      return value.flag;
    case 'tensor': {
      if (!value.tensor) return null;
      const { data, datatype, shape } = value.tensor;
      return { tensor: { datatype, shape: shape.map(Number), data: data.toString('base64') } };
    }
    default:
      return null;
  }
}

/** The value that JSON says; an integer that JSON can say comes back as a number. Undefined for what says none. */
export function valueOfJson(given: unknown): Value | undefined {
  if (typeof given === 'number') return { number: given, kind: 'number' };
  if (typeof given === 'string') return { text: given, kind: 'text' };
  if (typeof given === 'boolean') return { flag: given, kind: 'flag' };
  if (typeof given !== 'object' || given === null) return undefined;
  const { integer, tensor } = given as { integer?: unknown; tensor?: unknown };
  if (typeof integer === 'string') return { integer, kind: 'integer' };
  if (typeof tensor !== 'object' || tensor === null) return undefined;
  const { data, datatype, shape } = tensor as { data?: unknown; datatype?: unknown; shape?: unknown };
  if (typeof data !== 'string' || typeof datatype !== 'string' || !Array.isArray(shape)) return undefined;
  return {
    tensor: { datatype, shape: shape.map(String), data: Buffer.from(data, 'base64') },
    kind: 'tensor',
  };
}
