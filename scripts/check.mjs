// `npm run check`: everything that can be known about the sources without running them. One line per step; the output of
// a step only if it failed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requireNode, root } from './setup.mjs';

const atOnce = 2;
const mostLines = 400;
const notOurs = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', 'gen']);

const steps = [
  { name: 'types', run: () => tool('tsc', '--noEmit') },
  { name: 'style', run: () => tool('biome', 'check', '--error-on-warnings', '--max-diagnostics=50') },
  { name: 'unused code and packages', run: () => tool('knip', '--no-progress') },
  { name: 'proto style', run: () => tool('buf', 'lint') },
  { name: 'proto compatibility', run: checkBreaking },
  { name: 'generated types', run: () => command(process.execPath, ['scripts/generate.mjs', '--check']) },
  { name: 'file sizes', run: checkSizes },
];

/** Runs every step, prints a line for each, and resolves to how many passed, failed and were skipped. */
export async function check() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const waiting = [...steps];
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const startedAt = performance.now();
      const { ok, skipped, output } = await step.run();
      const seconds = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
      const outcome = skipped ? 'skipped' : ok ? 'passed' : 'failed';
      counts[outcome] += 1;
      const text = outcome === 'passed' ? '' : `\n${output.trim()}`;
      console.log(`${outcome === 'passed' ? 'ok' : outcome}  ${step.name} (${seconds})${text}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return counts;
}

function tool(name, ...args) {
  return command(join(root, 'node_modules', '.bin', name), args);
}

/** Resolves to { ok, output }; never rejects. */
function command(path, args) {
  return new Promise((resolve) => {
    const child = spawn(path, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ ok: false, output: `${path}: ${error.message}` }));
    child.on('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(chunks).toString() }));
  });
}

/** Compares proto/ with the last release, or with the last commit while nothing is released. */
async function checkBreaking() {
  const base =
    git('describe', '--tags', '--abbrev=0', '--match=v*', 'HEAD') || git('rev-parse', '--verify', 'HEAD');
  if (!base || !git('ls-tree', base, 'proto/')) {
    return { skipped: true, output: 'no git commit with proto/ to compare with' };
  }
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-proto-'));
  try {
    const archive = spawnSync('git', ['archive', base, 'proto', 'buf.yaml'], {
      cwd: root,
      maxBuffer: 2 ** 26,
    });
    const unpacked = spawnSync('tar', ['-x', '-C', folder], { input: archive.stdout });
    if (archive.status !== 0 || unpacked.status !== 0) {
      return { ok: false, output: `git archive ${base}: ${archive.stderr}${unpacked.stderr}` };
    }
    return await tool('buf', 'breaking', '--against', folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function git(...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}

async function checkSizes() {
  const tooLong = sources(root)
    .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > mostLines);
  const output = tooLong.map(
    ({ path, lines }) => `${path} has ${lines} lines; more than ${mostLines} are two files`,
  );
  return { ok: tooLong.length === 0, output: output.join('\n') };
}

function sources(folder, prefix = '') {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory()) return sources(join(folder, entry.name), `${path}/`);
    return /\.(ts|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  requireNode();
  if (!existsSync(join(root, 'node_modules', '.bin', 'tsc'))) {
    console.error('The packages are not installed: run npm ci');
    process.exit(1);
  }
  const { failed } = await check();
  if (failed > 0) process.exitCode = 1;
}
