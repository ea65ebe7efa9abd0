import { expect, test } from 'vitest';
import { breachesOf, crowdedPackages } from './rules.ts';
import { lineCount, sourceFiles } from './source-tree.ts';

const mostLines = 400;
const medianLines = 100;
const files = sourceFiles('services', 'gateway');

test('every import, name and use of the process in services and gateway follows the rules', () => {
  expect(files.length).toBeGreaterThan(0);
  expect(files.flatMap(breachesOf)).toEqual([]);
});

test('lmdb and onnxruntime-node are each imported by one file of a service', () => {
  expect(crowdedPackages(files)).toEqual([]);
});

test('files stay small: none over 400 lines, the median under 100', () => {
  const sizes = files.map((file) => ({ path: file.path, lines: lineCount(file) }));
  const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b);
  expect(sizes.filter(({ lines }) => lines > mostLines)).toEqual([]);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(medianLines);
});

test('tests and examples name their files as the sources do', () => {
  const names = sourceFiles('test', 'examples').flatMap((file) =>
    breachesOf(file).filter((breach) => breach.includes('kebab-case') || breach.includes('says nothing')),
  );
  expect(names).toEqual([]);
});
