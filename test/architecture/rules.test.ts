import { describe, expect, test } from 'vitest';
import { importsOf } from './imports.ts';
import { breachesOf, crowdedPackages } from './rules.ts';

const breaches = (path: string, text: string): string[] => breachesOf({ path, text });

describe('the scanner sees every way to name a module', () => {
  test.each([
    ["import { a } from './a.ts';"],
    ["import type { A } from './a.ts';"],
    ["import * as a from './a.ts';"],
    ["import './a.ts';"],
    ["import {\n  a,\n  type B,\n} from './a.ts';"],
    ["export { a } from './a.ts';"],
    ["export * from './a.ts';"],
    ["export type { A } from './a.ts';"],
    ["const a = await import('./a.ts');"],
    ["type A = import('./a.ts').A;"],
    ["const a = require('./a.ts');"],
    ["new Worker(new URL('./a.ts', import.meta.url));"],
  ])('%s', (text) => {
    expect(importsOf({ path: 'services/kit/x.ts', text })).toMatchObject([{ target: 'services/kit/a.ts' }]);
  });

  test('and leaves comments alone', () => {
    const text =
      "// import { a } from './a.ts';\n/**\n * import { b } from './b.ts';\n */\n  // see import('./c.ts')\n";
    expect(importsOf({ path: 'services/kit/x.ts', text })).toEqual([]);
  });

  test('and names the line', () => {
    const text = "import a from 'node:fs';\n\nimport {\n  b,\n} from './b.ts';\n";
    expect(importsOf({ path: 'services/kit/x.ts', text }).map(({ line }) => line)).toEqual([1, 5]);
  });
});

describe('a breach is named', () => {
  test.each([
    [
      'services/kit/rpc/x.ts',
      "import type { A } from '../../audit/a.ts';",
      'may not import services/audit/a.ts',
    ],
    [
      'services/kit/rpc/x.ts',
      "import { c } from '../../contracts.ts';",
      'may not import services/contracts.ts',
    ],
    [
      'services/feature/x.ts',
      "import type { A } from '../audit/a.ts';",
      'may not import services/audit/a.ts',
    ],
    ['services/scoring/x.ts', "export * from '../inference/a.ts';", 'may not import services/inference/a.ts'],
    ['services/scoring/x.ts', "import { m } from '../mesh.ts';", 'may not import services/mesh.ts'],
    ['gateway/x.ts', "import { s } from '../services/scoring/s.ts';", 'may not import services/scoring/s.ts'],
    ['services/audit/x.ts', "import { g } from '../../gateway/g.ts';", 'may not import gateway/g.ts'],
    ['services/main.ts', "import { s } from './scoring/s.ts';", 'may not import services/scoring/s.ts'],
    ['services/audit/x.ts', "import { t } from '../../test/t.ts';", 'may not import test/t.ts'],
    [
      'services/audit/x.ts',
      "import grpc from '@grpc/grpc-js';",
      'imports @grpc/grpc-js, which belongs in services/kit/',
    ],
    [
      'services/kit/rpc/x.ts',
      "import { connect } from 'nats';",
      'imports nats, which belongs in services/kit/bus/',
    ],
    [
      'services/kit/rpc/x.ts',
      "import left from 'left-pad/x';",
      'imports left-pad, which has no place in packagePlaces',
    ],
    ['services/kit/rpc/x.ts', "import { a } from './a.js';", 'imports ./a.js; name the .ts file'],
    ['services/kit/rpc/x.ts', 'await import(name);', 'imports a module whose name is computed'],
    ['services/audit/x.ts', 'const a = process.env.A;', 'reads the environment; take it as an argument'],
    ['services/audit/x.ts', "const a = process['env'].A;", 'reads the environment; take it as an argument'],
    [
      'services/audit/x.ts',
      "import { env } from 'node:process';",
      'reads the environment; take it as an argument',
    ],
    [
      'services/main.ts',
      'process.exit(1);',
      'ends the process; set process.exitCode in main and close what is open',
    ],
  ])('%s: %s', (path, text, breach) => {
    expect(breaches(path, text)).toEqual([`${path}:1 ${breach}`]);
  });

  test.each(['utils', 'index', 'helpers', 'types', 'common'])('services/audit/%s.ts', (name) => {
    expect(breaches(`services/audit/${name}.ts`, '')).toHaveLength(1);
  });

  test('services/audit/writeAhead.ts', () => {
    expect(breaches('services/audit/writeAhead.ts', '')).toHaveLength(1);
  });

  test('a second file that imports lmdb', () => {
    const text = "import { open } from 'lmdb';";
    const one = { path: 'services/feature/store.ts', text };
    expect(crowdedPackages([one, { path: 'services/audit/index-store.ts', text }])).toEqual([]);
    expect(crowdedPackages([one, { path: 'services/feature/view.ts', text }])).toHaveLength(1);
  });
});

test.each([
  ['services/mesh.ts', "import { a } from './audit/a.ts';\nimport { g } from '../gateway/g.ts';"],
  [
    'services/main.ts',
    "import { m } from './mesh.ts';\nimport { c } from './kit/config/settings.ts';\nprocess.env;",
  ],
  [
    'services/audit/x.ts',
    "import { c } from '../contracts.ts';\nimport type { R } from '../gen/scoremesh/audit/v1/Record.ts';",
  ],
  ['services/kit/bus/x.ts', "import { connect } from 'nats';\nimport { spawn } from 'node:child_process';"],
  [
    'gateway/http/server.ts',
    "import fastify from 'fastify';\nimport type { Call } from '../../services/kit/contract/call.ts';",
  ],
])('%s may import what its place allows', (path, text) => {
  expect(breaches(path, text)).toEqual([]);
});
