import { createHash } from 'node:crypto';

/**
 * "sha256:<hex>" over the UTF-8 of "scoremesh.<kind>.v2\n" and the canonical JSON of the content: no white space, keys of objects in
 * the order of their UTF-16 code units, bigints as text, what is undefined left out.
 */
export function digestOf(kind: string, content: unknown): string {
  return `sha256:${createHash('sha256')
    .update(`scoremesh.${kind}.v2\n${canonicalJson(content)}`)
    .digest('hex')}`;
}

export function canonicalJson(content: unknown): string {
  return JSON.stringify(content, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
