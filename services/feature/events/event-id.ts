import { hash } from 'node:crypto';
import type { Event__Output } from '../../gen/scoremesh/feature/v1/Event.ts';
import type { Field } from '../declarations/declarations.ts';
import { fieldValue, Misfit } from './stored-value.ts';

/** As event.proto says; in UTF-8. */
export const maxEventIdBytes = 256;

const refusedCharacters = /[\p{Cc}\p{Cs}]/u;

/** Why this can't be an event id, without the id; undefined if it can. */
export function eventIdFault(id: string): string | undefined {
  const { length } = id;
  let plain = length <= maxEventIdBytes;
  for (let at = 0; plain && at < length; at++) {
    const code = id.charCodeAt(at);
    plain = code >= 0x20 && code < 0x7f;
  }
  if (plain) return undefined;
  const bytes = Buffer.byteLength(id);
  if (bytes > maxEventIdBytes) return `has ${bytes} bytes of UTF-8; at most ${maxEventIdBytes} are allowed`;
  return refusedCharacters.test(id) ? 'has a control character or half a surrogate pair' : undefined;
}

/**
 * The identity of an event without an id: the same for the same stream, event time and field values, whatever the order of the fields
 * and the kind in which a value came. Defaults and what cleaning makes of a value are no part of it, so that a changed declaration
 * does not make a repeated event a new one. About 2 us more than an id.
 */
export function contentId(
  { stream, fields: values }: Event__Output,
  eventTimeMs: number,
  /** Sorted by name. */
  fields: readonly Pick<Field, 'name' | 'datatype'>[],
): string {
  let canonical = `${stream}\n${eventTimeMs}`;
  for (const { name, datatype } of fields) {
    const given = Object.hasOwn(values, name) ? values[name] : undefined;
    if (given?.kind === undefined) continue;
    const value = fieldValue(datatype, given);
    if (value instanceof Misfit) continue;
    const text = String(datatype === 'FP32' && typeof value === 'number' ? Math.fround(value) : value);
    canonical += `\n${name}=${text.length}:${text}`;
  }
  return `sha256:${hash('sha256', canonical, 'base64url')}`;
}
