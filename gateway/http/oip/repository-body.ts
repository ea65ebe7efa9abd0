import type { ModelRepositoryParameter__Output as RepositoryParameter } from '../../../services/gen/inference/ModelRepositoryParameter.ts';
import { invalidRequest } from '../../../services/kit/errors/mesh-error.ts';

type RepositoryParameters = { [name: string]: RepositoryParameter };

/** Whether the body of an index request wants only what is ready. An empty body wants all. */
export function readsReadyOnly(body: Buffer): boolean {
  const { ready = false } = objectOf(body);
  if (typeof ready !== 'boolean') throw bad('ready', 'is no boolean');
  return ready;
}

/**
 * The parameters in the body of a load or unload; none if it is empty. Texts under "file:..." are base64 and become bytes. Fails
 * with INVALID_REQUEST that names the parameter.
 */
export function readRepositoryParameters(body: Buffer): RepositoryParameters {
  const { parameters = {} } = objectOf(body);
  if (!isObject(parameters)) throw bad('parameters', 'is no object');
  const read: RepositoryParameters = Object.create(null);
  for (const [name, value] of Object.entries(parameters)) {
    if (name === '__proto__') throw bad('parameters', "has the name '__proto__', which is not one");
    read[name] = readParameter(`parameters.${name.slice(0, 100)}`, name, value);
  }
  return read;
}

function readParameter(field: string, name: string, value: unknown): RepositoryParameter {
  if (name.startsWith('file:'))
    return { bytesParam: readBase64(field, value), parameterChoice: 'bytesParam' };
  if (typeof value === 'string') return { stringParam: value, parameterChoice: 'stringParam' };
  if (typeof value === 'boolean') return { boolParam: value, parameterChoice: 'boolParam' };
  if (Number.isSafeInteger(value)) return { int64Param: String(value), parameterChoice: 'int64Param' };
  throw bad(field, 'is no text, boolean or integer; a configuration is given as the text of its JSON');
}

function readBase64(field: string, value: unknown): Buffer {
  if (typeof value !== 'string') throw bad(field, 'is no text; give the content of the file in base64');
  const bytes = Buffer.from(value, 'base64');
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  // Node passes over what is not base64, so that content would be missing.
  if (value.length % 4 !== 0 || bytes.length !== (value.length / 4) * 3 - padding)
    throw bad(field, 'is not base64');
  return bytes;
}

function objectOf(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString());
  } catch (error) {
    throw bad('body', `is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  if (!isObject(parsed)) throw bad('body', 'is no JSON object');
  return parsed;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(field: string, description: string): Error {
  return invalidRequest([{ field, description }]);
}
