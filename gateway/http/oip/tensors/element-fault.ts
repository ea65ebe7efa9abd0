import { MeshError } from '../../../../services/kit/errors/mesh-error.ts';
import type { JsonReader } from './json-reader.ts';

/** The value that was scanned last is wrong. */
export function wrongNumber(json: JsonReader, name: string, index: number, why: string): MeshError {
  const token = json.token();
  const shown = token.length > 40 ? `${token.slice(0, 40)}...` : token;
  return new MeshError('TENSOR_INVALID', `input '${name}' element ${index} is ${shown}, ${why}`);
}

/** The value that comes next is wrong; if nothing comes next, the JSON is. */
export function wrong(json: JsonReader, name: string, index: number, why: string): MeshError {
  const from = json.at;
  json.skip();
  json.seek(from);
  const found = kinds[String.fromCharCode(json.peek())] ?? 'another value';
  return new MeshError('TENSOR_INVALID', `input '${name}' element ${index} is ${found}, ${why}`);
}

const kinds: Readonly<Record<string, string>> = {
  '[': 'an array',
  '{': 'an object',
  '"': 'a text',
  t: 'true',
  f: 'false',
  n: 'null',
};
