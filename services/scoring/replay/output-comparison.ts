import { createHash } from 'node:crypto';
import type { ModelInferResponse__Output as ModelInferResponse } from '../../gen/inference/ModelInferResponse.ts';
import type { OmittedPayload__Output as OmittedPayload } from '../../gen/scoremesh/audit/v1/OmittedPayload.ts';
import type { ScoreOutput__Output as ScoreOutput } from '../../gen/scoremesh/inference/v1/ScoreOutput.ts';
import type { OutputDifference__Output as OutputDifference } from '../../gen/scoremesh/scoring/v1/OutputDifference.ts';
import type { Value__Output as Value } from '../../gen/scoremesh/scoring/v1/Value.ts';
import type { Outputs } from '../answer.ts';
import { bytesElement, datatypes } from '../datatypes.ts';
import { type Distance, elementDistance, farthest } from './element-bits.ts';

/** A tensor that a model gave. */
export interface GivenTensor {
  readonly datatype: string;
  readonly shape: readonly string[];
  readonly data: Buffer;
}

/** The tensors of an answer by the names that they have in the record. */
export function givenTensors(
  response: ModelInferResponse,
  named: readonly Pick<ScoreOutput, 'name' | 'tensor'>[],
): Map<string, GivenTensor> {
  const given = new Map<string, GivenTensor>();
  for (const { name, tensor } of named) {
    const place = response.outputs.findIndex((output) => output.name === tensor);
    const output = response.outputs[place];
    const data = response.rawOutputContents[place];
    if (output !== undefined && data !== undefined)
      given.set(name, { datatype: output.datatype, shape: output.shape, data });
  }
  return given;
}

/** What of the recorded outputs has other bits now. `omitted` are those of which the record has only the digest, by name. */
export function outputDifferences(
  recorded: Outputs,
  given: ReadonlyMap<string, GivenTensor>,
  omitted: ReadonlyMap<string, OmittedPayload>,
): OutputDifference[] {
  const differences: OutputDifference[] = [];
  for (const [output, value] of Object.entries(recorded)) {
    const tensor = given.get(output);
    const digest = omitted.get(output);
    const distance =
      digest !== undefined && value.kind === 'tensor' && value.tensor
        ? omittedDistance(digest, value.tensor, tensor)
        : valueDistance(value, tensor);
    if (distance !== undefined)
      differences.push({ output, maxUlp: String(distance.maxUlp), elements: String(distance.elements) });
  }
  return differences;
}

/** How far a recorded value is from the tensor that stands for it now; undefined if it has the same bits. */
export function valueDistance(recorded: Value, given: GivenTensor | undefined): Distance | undefined {
  if (recorded.kind === 'tensor' && recorded.tensor) {
    const { datatype, shape, data } = recorded.tensor;
    if (given === undefined || !sameForm(recorded.tensor, given))
      return { maxUlp: farthest, elements: elementsOf(shape) };
    return elementDistance(datatype, data, given.data);
  }
  if (given === undefined || elementsOf(given.shape) !== 1) return { maxUlp: farthest, elements: 1 };
  const bytes = bytesOf(recorded, given.datatype);
  if (bytes === undefined) return { maxUlp: farthest, elements: 1 };
  const distance = elementDistance(given.datatype, bytes, given.data);
  if (distance !== undefined || isExact(recorded, given.datatype)) return distance;
  // A number that lies between two of the datatype was never answered.
  return { maxUlp: 1n, elements: 1 };
}

function omittedDistance(
  { sha256 }: OmittedPayload,
  recorded: GivenTensor,
  given: GivenTensor | undefined,
): Distance | undefined {
  if (given !== undefined && sameForm(recorded, given))
    if (createHash('sha256').update(given.data).digest().equals(sha256)) return undefined;
  // How many of them, and how far, only the data could tell.
  return { maxUlp: farthest, elements: elementsOf(recorded.shape) };
}

function sameForm(one: GivenTensor, other: GivenTensor): boolean {
  return one.datatype === other.datatype && one.shape.join() === other.shape.join();
}

function elementsOf(shape: readonly string[]): number {
  return shape.reduce((product, size) => product * Number(size), 1);
}

/** A recorded single value as the element that it was; undefined if it can't have been one of that datatype. */
function bytesOf({ kind, number, integer, text, flag }: Value, datatype: string): Buffer | undefined {
  if (kind === 'text') return datatype === 'BYTES' ? bytesElement(text ?? '') : undefined;
  const type = datatypes[datatype];
  if (type === undefined || (kind === 'flag') !== (datatype === 'BOOL')) return undefined;
  const isFloat = datatype === 'FP32' || datatype === 'FP64';
  if (kind !== 'flag' && (kind === 'number') !== isFloat) return undefined;
  const value = kind === 'flag' ? Number(flag) : kind === 'number' ? (number ?? 0) : BigInt(integer ?? 0);
  if (!type.holds(value)) return undefined;
  const data = Buffer.alloc(type.sizeBytes);
  type.write(data, 0, value);
  return data;
}

function isExact({ number }: Value, datatype: string): boolean {
  return datatype !== 'FP32' || number === undefined || Object.is(Math.fround(number), number);
}
