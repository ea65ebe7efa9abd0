import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  nothingDeclared,
  parseDeclarations,
} from '../../../services/feature/declarations/declaration-text.ts';

test.each(['README.md', 'FEATURES.md'])(
  'the declarations that %s shows can be declared as they are',
  (file) => {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    const shown = Array.from(text.matchAll(/```yaml\n([\s\S]*?)```/g), ([, yaml = '']) => yaml).filter(
      (yaml) => /^(streams|entities):/m.test(yaml),
    );
    expect(shown).toHaveLength(1);
    for (const yaml of shown) expect(parseDeclarations(yaml, nothingDeclared).sets.size).toBe(1);
  },
);
