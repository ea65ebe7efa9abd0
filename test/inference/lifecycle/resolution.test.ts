import { describe, expect, it } from 'vitest';
import {
  type Families,
  findNumbered,
  findVersion,
  type Resolvable,
  requireReady,
} from '../../../services/inference/lifecycle/resolution.ts';

function family(
  name: string,
  ready: Record<number, boolean>,
  aliases: Record<string, number> = {},
): Families<Resolvable> {
  const versions = new Map<number, Resolvable>();
  for (const [version, isReady] of Object.entries(ready))
    versions.set(Number(version), {
      version: Number(version),
      ready: isReady,
      reason: isReady ? '' : 'it broke',
    });
  return new Map([[name, { name, versions, aliases: new Map(Object.entries(aliases)) }]]);
}

describe('a reference to a model', () => {
  it('means the highest ready version when it is a bare name', () => {
    expect(findVersion(family('m', { 1: true, 2: true, 3: false }), 'm').version).toBe(2);
  });

  it('means the champion when that alias is set', () => {
    expect(findVersion(family('m', { 1: true, 2: true }, { champion: 1 }), 'm').version).toBe(1);
  });

  it('keeps to a champion that is not ready instead of answering from another version', () => {
    const found = findVersion(family('m', { 1: true, 2: false }, { champion: 2 }), 'm');
    expect(() => requireReady('m', found)).toThrow("'m' version 2 is not at ready state: it broke");
  });

  it('can name an alias or a version', () => {
    const families = family('m', { 1: true, 2: true }, { challenger: 1 });
    expect(findVersion(families, 'm@challenger').version).toBe(1);
    expect(findVersion(families, 'm@2').version).toBe(2);
    expect(findNumbered(families, 'm', '1').version).toBe(1);
  });

  it.each([
    ['an unknown model', 'x', 'MODEL_NOT_FOUND', "Request for unknown model: 'x' is not found; there are m"],
    ['an unknown alias', 'm@x', 'MODEL_ALIAS_NOT_FOUND', "'m' has no alias 'x'; it has champion"],
    ['an unknown version', 'm@9', 'MODEL_VERSION_NOT_FOUND', "'m' version 9 is not found; it has 1, 2"],
    ['version 0', 'm@0', 'MODEL_VERSION_NOT_FOUND', "'m' version 0 is not found; it has 1, 2"],
  ])('fails for %s, naming what exists', (_what, reference, reason, message) => {
    const families = family('m', { 1: true, 2: true }, { champion: 1 });
    expect(() => findVersion(families, reference)).toThrow(
      expect.objectContaining({ reason, message: expect.stringContaining(message) }),
    );
  });

  it('lists a bounded number of models', () => {
    const families = new Map(
      Array.from({ length: 30 }, (_, i) => [
        `m${i}`,
        { name: `m${i}`, versions: new Map(), aliases: new Map() },
      ]),
    );
    expect(() => findVersion(families, 'x')).toThrow('and 10 more');
    expect(() => findVersion(families, 'm3')).toThrow("'m3' has no available versions");
  });
});
