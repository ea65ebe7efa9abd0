import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTilePath, tilePath } from '../../../services/audit/tree/tile-path.ts';

test('a path that is written is read back', () => {
  fc.assert(
    fc.property(fc.nat(63), fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
      const path = tilePath(level, index);
      expect(parseTilePath(width === 256 ? path : `${path}.p/${width}`)).toEqual({ level, index, width });
      const entries = path.replace(/^tile\/\d+/, 'tile/entries');
      expect(parseTilePath(entries)).toEqual({ level: 'entries', index, width: 256 });
    }),
  );
});

test('the examples of the specification are read', () => {
  expect(tilePath(0, 1_234_067)).toBe('tile/0/x001/x234/067');
  expect(parseTilePath('tile/0/x001/x234/067.p/5')).toEqual({ level: 0, index: 1_234_067, width: 5 });
});

test('whatever is read is the one way to write it', () => {
  const piece = fc.constantFrom(
    'tile',
    'entries',
    '/',
    'x',
    '0',
    '00',
    '001',
    '999',
    '.p/',
    '1',
    '256',
    '63',
    '64',
    '.',
    '\n',
    '-',
    '٣',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const path = `tile/${pieces.join('')}`;
      const read = parseTilePath(path);
      if (read === undefined) return;
      const { index, level, width } = read;
      const full = tilePath(level === 'entries' ? 0 : level, index);
      const written = level === 'entries' ? full.replace('tile/0/', 'tile/entries/') : full;
      expect(width === 256 ? written : `${written}.p/${width}`).toBe(path);
    }),
    { numRuns: 3000 },
  );
  for (const path of [
    '',
    '/tile/0/000',
    'tile/00/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/0/00',
    'tile/0/0000',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/x001',
    'tile/0/x001/x002',
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/000.p/',
    'tile/0/000.p',
    'tile/0/000/',
    'tile/0/000\n',
    'tile/0/000.p/1\n',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/0/../000',
    'tile/x/000',
  ])
    expect(parseTilePath(path)).toBeUndefined();
});
