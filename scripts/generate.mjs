// Writes services/gen from proto/. `--check` writes to a scratch folder instead and fails if services/gen is stale.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');
const committed = join(root, 'services/gen');
const out = check ? mkdtempSync(join(tmpdir(), 'scoremesh-gen-')) : committed;

function filesUnder(folder, ending) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

if (!check) rmSync(out, { recursive: true, force: true });
execFileSync(
  join(root, 'node_modules/.bin/proto-loader-gen-types'),
  [
    '--longs=String',
    '--enums=String',
    '--defaults',
    '--oneofs',
    '--includeComments',
    '--grpcLib=@grpc/grpc-js',
    '--targetFileExtension=.ts',
    '--importFileExtension=.ts',
    '--includeDirs=.',
    `--outDir=${out}`,
    ...filesUnder(join(root, 'proto'), '.proto'),
  ],
  { cwd: join(root, 'proto'), stdio: ['ignore', 'ignore', 'inherit'] },
);
// The per-file package types are for grpc.loadPackageDefinition, which nothing here uses.
for (const entry of readdirSync(out)) if (entry.endsWith('.ts')) rmSync(join(out, entry));
if (check) {
  const fresh = filesUnder(out, '.ts');
  const stale = fresh.filter((file) => {
    try {
      return readFileSync(join(out, file), 'utf8') !== readFileSync(join(committed, file), 'utf8');
    } catch {
      return true;
    }
  });
  const extra = filesUnder(committed, '.ts').filter((file) => !fresh.includes(file));
  rmSync(out, { recursive: true, force: true });
  if (stale.length + extra.length > 0) {
    console.error(`services/gen is stale: ${[...stale, ...extra].join(', ')}\nRun: npm run generate`);
    process.exitCode = 1;
  }
}
