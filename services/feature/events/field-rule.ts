import type { Rejection__Output } from '../../gen/scoremesh/feature/v1/Rejection.ts';
import type { Value__Output } from '../../gen/scoremesh/scoring/v1/Value.ts';
import type { Field, Scalar } from '../declarations/declarations.ts';
import { nameList } from '../name-list.ts';
import { keyFault } from './entity-key.ts';
import { type FieldValue, fieldValue, Misfit } from './stored-value.ts';

/** What a field's declaration asks of a value. */
export interface FieldRule {
  readonly name: string;
  /** The clean value, undefined for null; or what is wrong. `given` is undefined where the event leaves the field out. */
  clean(given: Value__Output | undefined): FieldValue | Rejected | undefined;
}

/** A value that sends its event to the quarantine. */
export class Rejected {
  readonly reason: Rejection__Output['reason'];
  readonly message: string;

  constructor(reason: Rejection__Output['reason'], message: string) {
    this.reason = reason;
    this.message = message;
  }
}

/**
 * The rule of a field. In this order: a value that the type can't hold is rejected; one outside min, max or one_of is rejected or becomes
 * null; for null stands the default; null where a value is required is rejected; so is a text that can't be a key where the field is one.
 */
export function fieldRule(field: Field, isKey: boolean): FieldRule {
  const { name, datatype, min, max, required } = field;
  const limited = limitsOf(field);
  const fallback = field.default === undefined ? undefined : plainValue(field.default);
  const missing = new Rejected('REJECTION_REASON_REQUIRED', 'is required');
  const checksKey = isKey && datatype === 'BYTES';

  const cleanKey = (value: FieldValue): FieldValue | Rejected => {
    const fault = keyFault(String(value));
    return fault === undefined ? value : new Rejected('REJECTION_REASON_KEY', fault);
  };
  const absent = (because: Rejected): FieldValue | Rejected | undefined => {
    if (fallback !== undefined) return checksKey ? cleanKey(fallback) : fallback;
    return required ? because : undefined;
  };
  const outside = (broken: Rejected): FieldValue | Rejected | undefined =>
    field.onInvalid === 'null' ? absent(broken) : broken;

  return {
    name,
    clean: (given) => {
      if (given?.kind === undefined) return absent(missing);
      const value = fieldValue(datatype, given);
      if (value instanceof Misfit) return new Rejected('REJECTION_REASON_TYPE', value.description);
      if (limited !== undefined) {
        if (isOutside(value, min, max)) return outside(limited.range);
        if (limited.allowed !== undefined && !limited.allowed.has(value)) return outside(limited.enumeration);
      }
      return checksKey ? cleanKey(value) : value;
    },
  };
}

/** Numbers and bigints compare exactly, also with each other. */
function isOutside(value: FieldValue, min: Field['min'], max: Field['max']): boolean {
  if (typeof value !== 'number' && typeof value !== 'bigint') return false;
  return (min !== undefined && value < min) || (max !== undefined && value > max);
}

interface Limits {
  readonly range: Rejected;
  readonly allowed: ReadonlySet<FieldValue> | undefined;
  readonly enumeration: Rejected;
}

function limitsOf({ min, max, oneOf }: Field): Limits | undefined {
  if (min === undefined && max === undefined && oneOf === undefined) return undefined;
  const bounds = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ].join(' and ');
  return {
    range: new Rejected('REJECTION_REASON_RANGE', `is outside its range; it must be ${bounds}`),
    allowed: oneOf === undefined ? undefined : new Set(oneOf.map(plainValue)),
    enumeration: new Rejected(
      'REJECTION_REASON_ENUMERATION',
      `is none of the allowed values: ${nameList((oneOf ?? []).map((value) => JSON.stringify(plainValue(value), bigintAsText)))}`,
    ),
  };
}

/** A declared value as events have it: INT64 a number where that is exact. */
function plainValue(value: Scalar): FieldValue {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function bigintAsText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
