import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { Declarations } from './declarations.ts';
import { type Entry, type Fault, faultAt } from './entry.ts';
import { resolve } from './resolution.ts';
import { streamChangeFault } from './stream-change.ts';
import { entriesOf, writtenForm } from './written-form.ts';
import { readEntries } from './yaml-reader.ts';

/** Faults named in one refusal: enough to see the pattern, and the error still fits in the trailers of a call. */
const maxViolations = 20;

export const nothingDeclared: Declarations = {
  streams: new Map(),
  entities: new Map(),
  views: new Map(),
  sets: new Map(),
};

/**
 * What is declared once the text is taken in: what it names as it says, all else as it is known, in the light of the new. Throws
 * FEATURE_DECLARATION_INVALID, which names the faults of the text.
 */
export function parseDeclarations(yaml: string, known: Declarations): Declarations {
  const faults: Fault[] = [];
  const entries = readEntries(yaml, '', faults);
  const declarations = entries && withKnown(entries, known, faults);
  if (declarations !== undefined && faults.length === 0) return declarations;
  const violations = faults
    .slice(0, maxViolations)
    .map(({ field, message }) => ({ field: field === '' ? 'yaml' : field, description: message }));
  const more = faults.length > maxViolations ? `\n  and ${faults.length - maxViolations} more` : '';
  const lines = violations.map(({ field, description }) => `\n  ${field}: ${description}`).join('');
  throw new MeshError(
    'FEATURE_DECLARATION_INVALID',
    `the declarations have ${count(faults)}:${lines}${more}`,
    {
      violations,
    },
  );
}

/** What the entries declare together with what was declared before and they don't name. */
export function withKnown(entries: readonly Entry[], known: Declarations, faults: Fault[]): Declarations {
  const named = new Set(entries.map(({ kind, name }) => `${kind} ${name}`));
  const before = entriesOf(writtenForm(known), { file: 'declared before' });
  const declarations = resolve(
    [...entries, ...before.filter(({ kind, name }) => !named.has(`${kind} ${name}`))],
    faults,
  );
  for (const { kind, name, origin } of entries) {
    const [old, next] = [known.streams.get(name), declarations.streams.get(name)];
    if (kind !== 'streams' || old === undefined || next === undefined) continue;
    const fault = streamChangeFault(old, next);
    if (fault !== undefined) faults.push(faultAt(origin, [kind, name], fault));
  }
  return declarations;
}

export function count(faults: readonly Fault[]): string {
  return `${faults.length} fault${faults.length === 1 ? '' : 's'}`;
}
