import type { InferParameter__Output as InferParameter } from '../../../../services/gen/inference/InferParameter.ts';
import { invalidRequest } from '../../../../services/kit/errors/mesh-error.ts';
import { integerOf } from '../tensors/decimal.ts';
import { Byte, type JsonReader } from '../tensors/json-reader.ts';
import { doubleText } from '../tensors/number-text.ts';

export type Parameters = { [name: string]: InferParameter };

const maxParameters = 256;
const mostInt64 = 2n ** 63n - 1n;
const mostUint64 = 2n ** 64n - 1n;

/** Without a prototype, so that no name means more than it says. */
export function noParameters(): Parameters {
  return Object.create(null) as Parameters;
}

/** Reads an object of parameters. Integers keep all 64 bits. `where` names it for errors, e.g. "inputs[0].parameters". */
export function readParameters(json: JsonReader, where: string): Parameters {
  const parameters = noParameters();
  let count = 0;
  for (let more = json.enter(Byte.openBrace, Byte.closeBrace); more; more = json.more(Byte.closeBrace)) {
    const name = json.key();
    count++;
    if (count > maxParameters) throw bad(where, `has more than ${maxParameters} entries`);
    if (name === '__proto__') throw bad(where, "has the name '__proto__', which is not one");
    if (name in parameters) throw bad(where, `has '${name.slice(0, 60)}' twice`);
    parameters[name] = readParameter(json, `${where}.${name.slice(0, 60)}`);
  }
  return parameters;
}

function readParameter(json: JsonReader, where: string): InferParameter {
  const byte = json.peek();
  if (byte === Byte.quote) return { stringParam: json.text(), parameterChoice: 'stringParam' };
  if (json.isNumber()) return readNumber(json, where);
  const word = byte === Byte.open || byte === Byte.openBrace ? '' : json.word();
  if (word === 'true' || word === 'false')
    return { boolParam: word === 'true', parameterChoice: 'boolParam' };
  throw bad(where, `is ${word === '' ? 'an array or object' : word}; give a boolean, a number or a text`);
}

function readNumber(json: JsonReader, where: string): InferParameter {
  json.scanNumber();
  if (!json.isPlain) {
    const double = json.double();
    if (!Number.isFinite(double))
      throw bad(where, `is ${json.token().slice(0, 40)}, outside what a double holds`);
    return { doubleParam: double, parameterChoice: 'doubleParam' };
  }
  const integer = integerOf(json.token());
  if (integer === undefined || integer > mostUint64 || integer < -mostInt64 - 1n)
    throw bad(where, `is ${json.token().slice(0, 40)}, outside what 64 bits hold`);
  if (integer > mostInt64) return { uint64Param: String(integer), parameterChoice: 'uint64Param' };
  return { int64Param: String(integer), parameterChoice: 'int64Param' };
}

/** The parameters as JSON; integers with all their digits. */
export function parametersText(parameters: Readonly<Record<string, InferParameter>>): string {
  const members: string[] = [];
  for (const name in parameters) {
    const value = parameters[name];
    if (value !== undefined) members.push(`${JSON.stringify(name)}:${parameterText(value)}`);
  }
  return `{${members.join(',')}}`;
}

function parameterText(value: InferParameter): string {
  switch (value.parameterChoice) {
    case 'boolParam':
      return String(value.boolParam ?? false);
    case 'int64Param':
      return value.int64Param ?? '0';
    case 'uint64Param':
      return value.uint64Param ?? '0';
    case 'doubleParam':
      return doubleText(value.doubleParam ?? 0);
    case 'stringParam':
      return JSON.stringify(value.stringParam ?? '');
    default:
      return 'null';
  }
}

function bad(field: string, description: string): Error {
  return invalidRequest([{ field, description }]);
}
