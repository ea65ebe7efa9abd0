// What has to be there before anything can be built or tested. Runs before `npm ci`, so it may import nothing but Node.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const lowestNode = [20, 19];

/** Ends the process with a message if this Node is too old for what the scripts and the mesh use. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > lowestNode[0] || (major === lowestNode[0] && minor >= lowestNode[1])) return;
  console.error(
    `scoremesh needs Node ${lowestNode.join('.')} or newer, and this is ${process.versions.node} (${process.execPath}).\n` +
      'Get a current one from https://nodejs.org or with your version manager, e.g. "nvm install 22".',
  );
  process.exit(1);
}

/** Installs the npm packages that package-lock.json names unless they are there. Ends the process if that fails. */
export function ensurePackages() {
  if (packagesMatchLock()) return;
  console.log('Installing npm packages (npm ci) ...');
  const [command, ...prefix] = npmCommand();
  const args = [...prefix, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  console.error(
    `npm ci failed${error ? `: ${error.message}` : ''}. Mend what it says above, then run this again.`,
  );
  process.exit(status ?? 1);
}

/** The npm that started this script, so that a user's choice of npm holds; else the one on PATH. */
function npmCommand() {
  const started = process.env.npm_execpath;
  return started?.endsWith('npm-cli.js') ? [process.execPath, started] : ['npm'];
}

function packagesMatchLock() {
  const lock = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  if (statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return true;
  // A checkout touches the lock file without changing it: compare what it says before installing everything again.
  const want = packagesOf(lock);
  const have = packagesOf(installed);
  return Object.entries(want).every(
    ([path, entry]) =>
      path === '' || have[path]?.version === entry.version || (entry.optional && have[path] === undefined),
  );
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {};
}

/**
 * Finds nats-server, or installs it where a package manager can without asking anything.
 * Answers { path } or { reason }: why there is none and how to get one.
 */
export function ensureNatsServer() {
  return ensureServer({
    name: 'nats-server',
    apt: 'nats-server',
    brew: 'nats-server',
    from: 'https://github.com/nats-io/nats-server/releases',
  });
}

/** The same for redis-server, which only tests need. */
export function ensureRedisServer() {
  return ensureServer({
    name: 'redis-server',
    apt: 'redis-server',
    brew: 'redis',
    from: 'https://redis.io/downloads',
  });
}

const goPackages = '/usr/share/gocode/src/golang.org/x/mod/sumdb/note';

/**
 * Finds Go and its packages for transparency logs, with which one test verifies receipts, or installs them likewise.
 * Answers { path } or { reason }.
 */
export function ensureGo() {
  const isThere = () => runs('go', 'version') && existsSync(goPackages);
  const packages = 'golang-go golang-golang-x-mod-dev';
  if (!isThere() && isAptAllowed()) installWithApt(packages);
  if (isThere()) return { path: 'go' };
  return { reason: `no Go with golang.org/x/mod. On Debian get it with "sudo apt-get install ${packages}"` };
}

/** What can't be done without a nats-server, and why there is none. */
export function offWithoutNats(reason) {
  return `Asynchronous scoring and events of features from NATS are off: ${reason}`;
}

function ensureServer(server) {
  const found = findServer(server.name);
  if (found) return { path: found };
  const tried = installServer(server);
  const installed = findServer(server.name);
  if (installed) return { path: installed };
  return {
    reason:
      `no ${server.name} on PATH${tried ? ` (${tried})` : ''}. Get one with "sudo apt-get install ${server.apt}", ` +
      `"brew install ${server.brew}" or from ${server.from}`,
  };
}

const usualPlaces = ['/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/homebrew/bin'];

function findServer(name) {
  const folders = [...(process.env.PATH ?? '').split(':').filter(Boolean), ...usualPlaces];
  return folders.map((folder) => join(folder, name)).find((path) => runs(path, '--version'));
}

function runs(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** Returns what went wrong, or undefined if the package manager was content. */
function installServer({ apt, brew }) {
  if (isAptAllowed()) return installWithApt(apt) ? undefined : 'apt-get could not install it';
  if (process.getuid?.() !== 0 && runs('brew', '--version')) {
    return install('brew', ['install', brew]) ? undefined : 'brew could not install it';
  }
  return undefined;
}

function isAptAllowed() {
  return process.getuid?.() === 0 && runs('apt-get', '--version');
}

function installWithApt(packages) {
  const command = ['install', '-y', '--no-install-recommends', ...packages.split(' ')];
  return install('apt-get', command) || (install('apt-get', ['update']) && install('apt-get', command));
}

const installLimitMs = 5 * 60_000;

function install(command, args) {
  console.log(`Installing what is missing: ${command} ${args.join(' ')} ...`);
  const { status, stderr } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: installLimitMs,
    env: {
      ...process.env,
      DEBIAN_FRONTEND: 'noninteractive',
      HOMEBREW_NO_AUTO_UPDATE: '1',
      NONINTERACTIVE: '1',
    },
  });
  if (status !== 0 && stderr) console.log(stderr.trim().split('\n').slice(-3).join('\n'));
  return status === 0;
}
