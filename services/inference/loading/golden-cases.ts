import type { ModelShape } from '../tensors/model-shape.ts';
import { shapeText, type Tensor, type TensorInfo } from '../tensors/tensor.ts';
import type { Run } from './batch-certificate.ts';
import { elementAt, readData } from './golden-data.ts';

/** A run whose answer is known. */
export interface GoldenCase {
  /** In the model's order. */
  readonly inputs: readonly Tensor[];
  /** Some or all outputs, by index. */
  readonly outputs: readonly { readonly index: number; readonly tensor: Tensor }[];
  /** Largest difference of a number from the one that is wanted. */
  readonly tolerance: number;
}

/** Size of golden.json. */
export const maxGoldenBytes = 64 * 2 ** 20;

const caseKeys = ['inputs', 'outputs', 'tolerance'];
const tensorKeys = ['name', 'shape', 'datatype', 'data'];

/**
 * Reads golden.json:
 * `{ "cases": [ { "inputs": [{name, shape, datatype, data}], "outputs": [{name, shape, datatype, data}], "tolerance": 0 } ] }`.
 * A case has all inputs and at least one output of the model. `data` is flat or nested numbers, texts (BYTES) or true and false
 * (BOOL), as in the JSON of the Open Inference Protocol; also "NaN", "Infinity", "-Infinity", and 64-bit integers as texts.
 * `tolerance` is the largest absolute difference of a number, by default 0: the same number of the datatype, where zeros of both
 * signs are one and all NaN are one. Answers the cases, or every fault.
 */
export function readGolden(
  json: string,
  shape: ModelShape,
): { readonly cases: GoldenCase[] } | { readonly faults: string[] } {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (error) {
    return { faults: [`it is no JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const faults: string[] = [];
  if (!isObject(content) || !Array.isArray(content.cases)) return { faults: ['it needs a list "cases"'] };
  unknownKeys(content, ['cases'], 'the file', faults);
  const cases = content.cases.map((golden: unknown, index) =>
    readCase(golden, `cases[${index}]`, shape, faults),
  );
  return faults.length > 0 ? { faults } : { cases };
}

/** Runs a case. What differs first, for people; undefined if nothing does. Throws what `run` throws. */
export function checkGolden(golden: GoldenCase, shape: ModelShape, run: Run): string | undefined {
  const outputs = run(golden.inputs);
  for (const { index, tensor: wanted } of golden.outputs) {
    const name = shape.outputs[index]?.name;
    const got = outputs[index];
    if (got === undefined) return `output '${name}' is missing`;
    if (shapeText(got.shape) !== shapeText(wanted.shape))
      return `output '${name}': got shape ${shapeText(got.shape)}, wanted ${shapeText(wanted.shape)}`;
    const at = firstDifference(got, wanted, golden.tolerance);
    if (at >= 0) {
      const allowed = golden.tolerance > 0 ? ` within ${golden.tolerance}` : '';
      return `output '${name}' index ${at}: got ${shown(elementAt(got, at))}, wanted ${shown(elementAt(wanted, at))}${allowed}`;
    }
  }
  return undefined;
}

function firstDifference(got: Tensor, wanted: Tensor, tolerance: number): number {
  const count = wanted.shape.reduce((product, dimension) => product * dimension, 1);
  for (let i = 0; i < count; i++) {
    const a = elementAt(got, i);
    const b = elementAt(wanted, i);
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (distance(a, b) <= tolerance) continue;
    return i;
  }
  return -1;
}

/** NaN, which is within no tolerance, for what are not two numbers. */
function distance(a: unknown, b: unknown): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return Math.abs(Number(a - b));
  return typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) : Number.NaN;
}

function readCase(golden: unknown, at: string, shape: ModelShape, faults: string[]): GoldenCase {
  const { inputs, outputs, tolerance = 0 } = isObject(golden) ? golden : {};
  if (isObject(golden)) unknownKeys(golden, caseKeys, at, faults);
  if (typeof tolerance !== 'number' || !(tolerance >= 0)) faults.push(`${at}.tolerance: it is a number >= 0`);
  const given = readTensors(inputs, `${at}.inputs`, 'input', shape.inputs, faults);
  const wanted = readTensors(outputs, `${at}.outputs`, 'output', shape.outputs, faults);
  if (Array.isArray(outputs) && outputs.length === 0) faults.push(`${at}.outputs: at least one is needed`);
  return {
    inputs: shape.inputs.flatMap((info, index) => {
      const tensor = given.get(index);
      if (tensor === undefined && Array.isArray(inputs))
        faults.push(`${at}.inputs: input '${info.name}' is missing`);
      return tensor ?? [];
    }),
    outputs: Array.from(wanted, ([index, tensor]) => ({ index, tensor })),
    tolerance: typeof tolerance === 'number' ? tolerance : 0,
  };
}

function readTensors(
  list: unknown,
  at: string,
  what: string,
  infos: readonly TensorInfo[],
  faults: string[],
): Map<number, Tensor> {
  const tensors = new Map<number, Tensor>();
  if (!Array.isArray(list)) faults.push(`${at}: a list of tensors is needed`);
  else
    for (const [position, entry] of list.entries()) {
      const read = readTensor(entry, what, infos);
      if ('fault' in read) faults.push(`${at}[${position}]: ${read.fault}`);
      else if (tensors.has(read.index))
        faults.push(`${at}[${position}]: '${infos[read.index]?.name}' is there twice`);
      else tensors.set(read.index, read.tensor);
    }
  return tensors;
}

function readTensor(
  entry: unknown,
  what: string,
  infos: readonly TensorInfo[],
): { index: number; tensor: Tensor } | { fault: string } {
  if (!isObject(entry)) return { fault: 'it is no object' };
  const { name, shape, datatype, data } = entry;
  const stray = Object.keys(entry).find((key) => !tensorKeys.includes(key));
  if (stray !== undefined) return { fault: `'${stray}' is unknown; a tensor has ${tensorKeys.join(', ')}` };
  const index = infos.findIndex((info) => info.name === name);
  const info = infos[index];
  if (info === undefined)
    return {
      fault: `the model has no ${what} '${name}'; it has ${infos.map((known) => `'${known.name}'`).join(', ')}`,
    };
  if (datatype !== info.datatype)
    return { fault: `datatype of '${name}' is ${info.datatype}, not ${datatype}` };
  if (!Array.isArray(shape) || !shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0))
    return { fault: `shape of '${name}' is a list of whole numbers` };
  const read = readData(data, info.datatype, shape as number[]);
  return 'fault' in read ? { fault: `data of '${name}' ${read.fault}` } : { index, tensor: read.tensor };
}

function unknownKeys(
  object: Record<string, unknown>,
  known: readonly string[],
  at: string,
  faults: string[],
): void {
  for (const key of Object.keys(object))
    if (!known.includes(key)) faults.push(`${at}: '${key}' is unknown; there are ${known.join(', ')}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(element: ReturnType<typeof elementAt>): string {
  if (typeof element === 'string') return JSON.stringify(element);
  return Object.is(element, -0) ? '-0' : String(element);
}
