// `npm test`: sets up, builds, checks and runs every test; ends with one line of counts. Arguments go to vitest.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { check } from './check.mjs';
import {
  ensureGo,
  ensureNatsServer,
  ensurePackages,
  ensureRedisServer,
  requireNode,
  root,
} from './setup.mjs';

const inCi = process.env.CI === 'true' || process.env.CI === '1';

requireNode();
ensurePackages();
const total = { passed: 0, failed: 0, skipped: 0 };

const nats = ensureNatsServer();
const redis = ensureRedisServer();
const go = ensureGo();
if (go.reason) console.log(`skipped  the test that verifies receipts with Go: ${go.reason}`);
for (const [name, { reason }] of Object.entries({ NATS: nats, Redis: redis })) {
  if (!reason) continue;
  console.log(`${inCi ? 'failed' : 'skipped'}  tests that need ${name}: ${reason}`);
  if (inCi) total.failed += 1;
}
if (!(await build())) {
  console.log('failed  build');
  total.failed += 1;
}
add(await check());
add(await runTests());
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

function add(counts) {
  for (const outcome of Object.keys(total)) total[outcome] += counts[outcome];
}

/** Tests read TEST_NATS, TEST_REDIS and TEST_GO: "absent" means that those which need it skip; else TEST_REDIS is its path. */
async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-test-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const env = { ...process.env, TEST_REDIS: redis.path ?? 'absent' };
  if (nats.reason) env.TEST_NATS = 'absent';
  if (go.reason) env.TEST_GO = 'absent';
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  try {
    return countsOf(JSON.parse(readFileSync(report, 'utf8')), code);
  } catch (error) {
    console.log(`failed  vitest left no report (exit code ${code}): ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that could not be loaded has no tests, and an error outside a test fails none: each still counts as one failure. */
function countsOf(report, code) {
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  const failed = report.numFailedTests + unloaded.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
