import type { Value, Value__Output } from '../../services/gen/scoremesh/scoring/v1/Value.ts';
import { isInt64 } from '../http/score-json.ts';

/** A value as people type it: a number, true or false, else text. An integer that a double can't hold stays exact. */
export function valueOfText(text: string): Value {
  if (text === 'true' || text === 'false') return { flag: text === 'true' };
  if (isInt64(text) && !Number.isSafeInteger(Number(text))) return { integer: text };
  if (text.trim() !== '' && !Number.isNaN(Number(text))) return { number: Number(text) };
  return { text };
}

/** A value as people read it. */
export function textOfValue(value: Value__Output | null): string {
  switch (value?.kind) {
    case 'number':
      return String(value.number);
    case 'integer':
      return String(value.integer);
    case 'text':
      return value.text ?? '';
    case 'flag':
      return String(value.flag);
    case 'tensor':
      return `${value.tensor?.datatype} tensor [${value.tensor?.shape.join(', ')}]`;
    default:
      return '-';
  }
}
