import { maxKeysPerEntity } from './bounds.ts';
import type { Entity } from './declarations.ts';
import { digestOf } from './digest.ts';
import type { Report } from './entry.ts';
import type { Body } from './schema.ts';

export function entityOf(name: string, body: Body<'entities'>, report: Report): Entity {
  const { description, keys } = body;
  if (keys.length === 0) report(['keys'], 'name at least one key; a view of a whole stream has no entity');
  if (keys.length > maxKeysPerEntity) report(['keys'], `name at most ${maxKeysPerEntity} keys`);
  for (const key of new Set(keys.filter((candidate, index) => keys.indexOf(candidate) !== index)))
    report(['keys'], `names ${key} twice`);
  return { name, description, keys, digest: digestOf('entity', { name, keys }) };
}
