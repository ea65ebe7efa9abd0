import type { RequestInput__Output as RequestInput } from '../gen/scoremesh/inference/v1/RequestInput.ts';
import type { ScoreRequest__Output as ScoreRequest } from '../gen/scoremesh/scoring/v1/ScoreRequest.ts';
import type { Value__Output as Value } from '../gen/scoremesh/scoring/v1/Value.ts';
import { type FieldViolation, invalidRequest, MeshError } from '../kit/errors/mesh-error.ts';
import type { ScorePlan } from './score-plan.ts';

export const maxRequestIdLength = 128;
export const maxKeyLength = 256;
const maxEntities = 64;
const maxInputs = 4096;
/** Bytes of all names, keys and text of a request together: its record has to hold them. */
const maxTextBytes = 16 * 1024;

/** Checks what does not depend on the model: sizes and lengths. Throws INVALID_REQUEST with every fault. */
export function checkRequest(request: ScoreRequest): void {
  const violations: FieldViolation[] = [];
  if (request.requestId.length > maxRequestIdLength) {
    violations.push({ field: 'request_id', description: `longer than ${maxRequestIdLength} characters` });
  }
  const entities = Object.entries(request.entities);
  if (entities.length > maxEntities)
    violations.push({ field: 'entities', description: `more than ${maxEntities}` });
  for (const [name, key] of entities) {
    if (key === '' || key.length > maxKeyLength) {
      violations.push({
        field: `entities.${name.slice(0, 64)}`,
        description: `the key must have 1 to ${maxKeyLength} characters`,
      });
    }
  }
  if (Object.keys(request.inputs).length > maxInputs)
    violations.push({ field: 'inputs', description: `more than ${maxInputs}` });
  if (violations.length === 0) {
    const bytes = textBytes(request);
    if (bytes > maxTextBytes)
      violations.push({
        field: 'inputs',
        description: `names, keys and text have ${bytes} bytes; ${maxTextBytes} is the most`,
      });
  }
  if (violations.length > 0) throw invalidRequest(violations);
}

/** At least what the text of the request takes in its record. */
function textBytes({ entities, inputs }: ScoreRequest): number {
  let characters = 0;
  for (const name in entities) characters += name.length + (entities[name]?.length ?? 0);
  for (const name in inputs) characters += name.length + (inputs[name]?.text?.length ?? 0);
  // A character is at most three bytes: the exact count is needed only where it matters.
  if (characters * 3 <= maxTextBytes) return characters;
  let bytes = 0;
  for (const name in entities) bytes += Buffer.byteLength(name) + Buffer.byteLength(entities[name] ?? '');
  for (const name in inputs) bytes += Buffer.byteLength(name) + Buffer.byteLength(inputs[name]?.text ?? '');
  return bytes;
}

/** Checks the inputs against what the model declares. Throws the error of the first fault. */
export function checkInputs(request: ScoreRequest, plan: ScorePlan): void {
  const { name, subject } = plan.model;
  if (subject !== '' && !Object.hasOwn(request.entities, subject))
    throw new MeshError(
      'ENTITY_MISSING',
      `model "${name}" is about a ${subject}, whose data its records are: name it in entities.${subject}`,
      { violations: [{ field: `entities.${subject}`, description: 'missing' }] },
    );
  for (const given of Object.keys(request.inputs)) {
    if (plan.inputs.has(given)) continue;
    const known = [...plan.inputs.keys()].join(', ') || 'none';
    throw new MeshError(
      'INPUT_UNKNOWN',
      `model "${name}" has no input "${given.slice(0, 64)}"; it has ${known}`,
      violation(given, 'unknown'),
    );
  }
  for (const declared of plan.inputs.values()) {
    const value = request.inputs[declared.name];
    if (value?.kind === undefined) {
      const known = [...plan.inputs.values()].map((input) => `${input.name} (${input.type})`).join(', ');
      throw new MeshError(
        'INPUT_MISSING',
        `input "${declared.name}" is missing; model "${name}" needs ${known}`,
        violation(declared.name, 'missing'),
      );
    }
    checkValue(declared, value);
  }
}

/** Which kinds of value each declared type takes. A tensor input takes a scalar too: it is checked where its shape is known. */
const accepted: Readonly<Record<string, readonly string[]>> = {
  number: ['number', 'integer'],
  integer: ['integer', 'number'],
  text: ['text'],
  flag: ['flag'],
  tensor: ['tensor', 'number', 'integer', 'text', 'flag'],
};

function checkValue(declared: RequestInput, value: Value): void {
  const { name, type } = declared;
  const kind = value.kind ?? 'null';
  if (
    !accepted[type]?.includes(kind) ||
    (type === 'integer' && kind === 'number' && !Number.isSafeInteger(value.number))
  ) {
    throw new MeshError(
      'INPUT_TYPE_MISMATCH',
      `input "${name}" is ${kind === 'number' ? value.number : `of kind ${kind}`}; it takes ${type}`,
      violation(name, `must be ${type}`),
    );
  }
  if (kind !== 'number' && kind !== 'integer') return;
  const number = Number(kind === 'number' ? value.number : value.integer);
  if (!Number.isFinite(number) && !declared.allowNotFinite) {
    throw new MeshError(
      'INPUT_OUT_OF_RANGE',
      `input "${name}" is ${number}; it takes finite numbers`,
      violation(name, 'not finite'),
    );
  }
  const { min, max } = declared;
  if ((min !== undefined && number < min) || (max !== undefined && number > max)) {
    const range = `${min ?? '-infinity'} to ${max ?? 'infinity'}`;
    throw new MeshError(
      'INPUT_OUT_OF_RANGE',
      `input "${name}" is ${number}; it takes ${range}`,
      violation(name, `outside ${range}`),
    );
  }
}

function violation(input: string, description: string): { violations: FieldViolation[] } {
  return { violations: [{ field: `inputs.${input.slice(0, 64)}`, description }] };
}
