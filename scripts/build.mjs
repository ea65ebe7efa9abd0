// Builds dist/ from services, gateway and examples: tsc, the protos, and what the examples need besides code.
// Does nothing when dist/ is up to date. Runs as `prepare` too, where the compiler may be absent.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requireNode, root } from './setup.mjs';

const dist = join(root, 'dist');
const stampFile = join(dist, '.stamp');
const lockFolder = join(dist, '.lock');
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const sourceFolders = ['services', 'gateway', 'examples', 'proto'];
const configFiles = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'scripts/build.mjs'];
const lockWaitMs = 50;
const lockLimitMs = 120_000;

/** Resolves to true when dist/ matches the sources, whoever built it; false (and says why) when it can't be built. */
export async function build() {
  const stamp = stampOfSources();
  if (isBuilt(stamp)) return true;
  if (!existsSync(compiler)) return keepWhatIsBuilt();
  mkdirSync(dist, { recursive: true });
  await lock();
  try {
    return isBuilt(stamp) || buildInto(join(dist, `.next-${process.pid}`), stamp);
  } finally {
    rmSync(lockFolder, { recursive: true, force: true });
  }
}

function isBuilt(stamp) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

function keepWhatIsBuilt() {
  const built = existsSync(stampFile);
  console.error(
    built
      ? 'dist/ is older than the sources; kept, because the compiler is not installed (npm ci --include=dev)'
      : 'dist/ is not built, because the compiler is not installed: run npm ci --include=dev',
  );
  return built;
}

/** Builds beside the old build and swaps folder by folder, so that a failed build leaves the old one whole. */
function buildInto(next, stamp) {
  for (const entry of readdirSync(dist)) {
    if (entry.startsWith('.next-')) rmSync(join(dist, entry), { recursive: true, force: true });
  }
  const args = [compiler, '-p', 'tsconfig.build.json', '--outDir', next];
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) {
    console.error('The build failed: mend the errors above.');
    rmSync(next, { recursive: true, force: true });
    return false;
  }
  // The program reads its version beside itself.
  cpSync(join(root, 'package.json'), join(next, 'package.json'));
  for (const folder of ['proto', 'examples']) {
    cpSync(join(root, folder), join(next, folder), {
      recursive: true,
      filter: (path) => !path.endsWith('.ts'),
    });
  }
  for (const entry of new Set([...readdirSync(dist), ...readdirSync(next)])) {
    if (entry.startsWith('.')) continue;
    rmSync(join(dist, entry), { recursive: true, force: true });
    if (existsSync(join(next, entry))) renameSync(join(next, entry), join(dist, entry));
  }
  rmSync(next, { recursive: true, force: true });
  writeFileSync(stampFile, stamp);
  return true;
}

/** Taken by making a folder: of two builds at once the second waits, and then finds the work done. */
async function lock() {
  const giveUpAt = Date.now() + lockLimitMs;
  for (;;) {
    try {
      mkdirSync(lockFolder);
      writeFileSync(join(lockFolder, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!holderLives() || Date.now() > giveUpAt) rmSync(lockFolder, { recursive: true, force: true });
    await new Promise((resolve) => setTimeout(resolve, lockWaitMs));
  }
}

function holderLives() {
  let pid;
  try {
    pid = Number(readFileSync(join(lockFolder, 'pid'), 'utf8'));
  } catch {
    return true;
  }
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function stampOfSources() {
  const hash = createHash('sha256');
  const add = (path) => {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(root, path)}\0${size}\0${mtimeMs}\n`);
  };
  for (const file of configFiles) add(join(root, file));
  for (const folder of sourceFolders) {
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .forEach(add);
  }
  return hash.digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  requireNode();
  // As `prepare` of an installation without the compiler, having no build is no failure: there was nothing to build with.
  if (!(await build()) && existsSync(compiler)) process.exitCode = 1;
}
