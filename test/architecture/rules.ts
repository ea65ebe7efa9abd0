import { computedImports, type Import, importsOf, linesMatching, packageOf } from './imports.ts';
import type { SourceFile } from './source-tree.ts';

/** Where each third-party package may be imported: folders end with "/", anything else is one file. */
export const packagePlaces: Readonly<Record<string, readonly string[]>> = {
  '@grpc/grpc-js': ['services/kit/'],
  '@grpc/proto-loader': ['services/kit/'],
  '@grpc/reflection': ['services/kit/'],
  'grpc-health-check': ['services/kit/'],
  protobufjs: ['services/kit/'],
  nats: ['services/kit/bus/'],
  '@opentelemetry/core': ['services/kit/telemetry/'],
  '@opentelemetry/otlp-exporter-base': ['services/kit/telemetry/'],
  '@opentelemetry/resources': ['services/kit/telemetry/'],
  '@opentelemetry/semantic-conventions': ['services/kit/telemetry/'],
  'prom-client': ['services/kit/telemetry/'],
  pino: ['services/kit/log/'],
  'onnxruntime-node': ['services/inference/'],
  '@marcbachmann/cel-js': ['services/feature/cel/'],
  ioredis: ['services/feature/store/redis/'],
  lmdb: ['services/feature/', 'services/audit/'],
  'csv-parse': ['gateway/files/'],
  'csv-stringify': ['gateway/files/'],
  hyparquet: ['gateway/files/'],
  'hyparquet-compressors': ['gateway/files/'],
  'hyparquet-writer': ['gateway/files/'],
  fastify: ['gateway/http/'],
  commander: ['gateway/command-line/'],
  yaml: ['services/feature/', 'services/inference/'],
  zod: ['services/feature/', 'services/inference/', 'gateway/'],
};

/** Packages that only one file of each of their places may import. */
export const oneFilePackages: readonly string[] = [
  '@marcbachmann/cel-js',
  'csv-parse',
  'csv-stringify',
  'hyparquet',
  'hyparquet-compressors',
  'hyparquet-writer',
  'ioredis',
  'lmdb',
  'onnxruntime-node',
];

const services = [
  'services/feature/',
  'services/inference/',
  'services/audit/',
  'services/scoring/',
  'gateway/',
];
const shared = ['services/kit/', 'services/gen/', 'services/contracts.ts'];

/** The files that put a process together; only mesh.ts among them reaches into the services. */
const composition = ['services/mesh.ts', 'services/mesh-settings.ts', 'services/program.ts'];
const composing: Readonly<Record<string, readonly string[] | 'everything'>> = {
  'services/mesh.ts': 'everything',
  'services/main.ts': ['services/mesh.ts', 'services/program.ts', 'services/kit/'],
  'services/program.ts': [
    ...composition,
    'services/audit-operations.ts',
    'services/feature-backups.ts',
    'services/flights-seed.ts',
    'services/ready-block.ts',
    'gateway/',
    ...shared,
  ],
  'services/audit-operations.ts': ['services/audit/', ...shared],
  'services/audit-role.ts': ['services/audit/', ...shared],
  'services/open-bus.ts': shared,
  'services/feature-backups.ts': ['services/feature/store/back-up.ts', ...shared],
  'services/flights-seed.ts': ['examples/flights/seed.ts', 'gateway/', ...shared],
  'services/ready-block.ts': [...composition, 'gateway/client/', ...shared],
  'services/role-clients.ts': [...composition, ...shared],
  'services/mesh-settings.ts': ['services/scoring/jobs/config.ts', ...shared],
  'services/contracts.ts': ['services/kit/', 'services/gen/'],
};

/** What a file may import of ours, by the place it stands in. */
function allowedTargets(path: string): readonly string[] | 'everything' {
  if (path.startsWith('services/kit/')) return ['services/kit/', 'services/gen/'];
  const own = services.find((folder) => path.startsWith(folder));
  return own === undefined ? (composing[path] ?? []) : [own, ...shared];
}

/** What is wrong with a file of services/ or gateway/, one sentence each; empty if nothing is. */
export function breachesOf(file: SourceFile): string[] {
  const at = (line: number, text: string): string => `${file.path}:${line} ${text}`;
  return [
    ...importsOf(file).flatMap((found) =>
      importBreaches(file.path, found).map((text) => at(found.line, text)),
    ),
    ...computedImports(file).map((line) => at(line, 'imports a module whose name is computed')),
    ...environmentReads(file).map((line) => at(line, 'reads the environment; take it as an argument')),
    ...linesMatching(file, /\bprocess\.(?:exit|abort|reallyExit)\b/g).map((line) =>
      at(line, 'ends the process; set process.exitCode in main and close what is open'),
    ),
    ...nameBreaches(file.path),
  ];
}

function importBreaches(path: string, { specifier, target }: Import): string[] {
  const breaches: string[] = [];
  if (target !== undefined) {
    const allowed = allowedTargets(path);
    if (allowed !== 'everything' && !allowed.some((place) => isIn(target, place)))
      breaches.push(`may not import ${target}`);
    if (!target.endsWith('.ts')) breaches.push(`imports ${specifier}; name the .ts file`);
  }
  const name = packageOf(specifier);
  if (name !== undefined) {
    const places = packagePlaces[name];
    if (places === undefined) breaches.push(`imports ${name}, which has no place in packagePlaces`);
    else if (!places.some((place) => isIn(path, place)))
      breaches.push(`imports ${name}, which belongs in ${places.join(' and ')}`);
  }
  return breaches;
}

function environmentReads(file: SourceFile): number[] {
  if (file.path === 'services/main.ts' || file.path.startsWith('services/kit/config/')) return [];
  return linesMatching(
    file,
    /\bprocess\s*(?:\.\s*env|\[\s*['"`]env)\b|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*'node:process'/g,
  );
}

function nameBreaches(path: string): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^(?:utils?|helpers?|types?|common|index)\.ts$/.test(name))
    return [`${path} says nothing of what is in it; name it after its noun`];
  return /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.ts$/.test(name) ? [] : [`${path} is not in kebab-case`];
}

function isIn(path: string, place: string): boolean {
  return place.endsWith('/') ? path.startsWith(place) : path === place;
}

/** Packages that more than one file of a place imports although one should. */
export function crowdedPackages(files: readonly SourceFile[]): string[] {
  return oneFilePackages.flatMap((name) =>
    (packagePlaces[name] ?? []).flatMap((place) => {
      const importers = files
        .filter((file) => isIn(file.path, place))
        .filter((file) => importsOf(file).some(({ specifier }) => packageOf(specifier) === name));
      return importers.length > 1
        ? [`${name} is imported by ${importers.map(({ path }) => path).join(' and ')}`]
        : [];
    }),
  );
}
