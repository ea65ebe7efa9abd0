import { invalidRequest } from '../kit/errors/mesh-error.ts';

/** What a caller means by ScoreRequest.model. */
export interface ModelReference {
  readonly name: string;
  readonly alias: string | undefined;
  readonly version: number | undefined;
}

const pattern = /^([A-Za-z0-9_.-]{1,64})(?:@([A-Za-z0-9_.-]{1,64}))?$/;

/** Reads "name", "name@alias" or "name@version"; a qualifier of digits is a version. */
export function parseModelReference(text: string): ModelReference {
  const [, name, qualifier] = pattern.exec(text) ?? [];
  if (name === undefined) {
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    throw invalidRequest([
      {
        field: 'model',
        description: `"${shown}" is not "name", "name@alias" or "name@version" (letters, digits, _ . -)`,
      },
    ]);
  }
  if (qualifier === undefined) return { name, alias: undefined, version: undefined };
  if (/^[0-9]+$/.test(qualifier)) return { name, alias: undefined, version: Number(qualifier) };
  return { name, alias: qualifier, version: undefined };
}
