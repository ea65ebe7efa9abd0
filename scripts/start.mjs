// `npm start`: sets up, builds, and runs the whole mesh in one process with the flights example.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureNatsServer, ensurePackages, offWithoutNats, requireNode, root } from './setup.mjs';

const flights = join(root, 'examples', 'flights');
// npm passes the terminal's Ctrl-C on although the terminal has sent it to every process already.
const sameSignalMs = 1000;
// Those of the first line of bin/scoremesh.js.
const nodeFlags = ['--min-semi-space-size=16', '--max-semi-space-size=64'];

requireNode();
ensurePackages();
const nats = ensureNatsServer();
if (nats.reason && !process.env.SCOREMESH_NATS_URL) console.log(offWithoutNats(nats.reason));
if (!(await build())) process.exit(1);

// In a process group of its own, so that a Ctrl-C reaches it once: from here.
const mesh = spawn(
  process.execPath,
  [
    ...nodeFlags,
    join(root, 'bin', 'scoremesh.js'),
    'up',
    ...(process.env.SCOREMESH_FEATURES ? [] : ['--example']),
    ...process.argv.slice(2),
  ],
  {
    stdio: 'inherit',
    detached: true,
    env: {
      ...process.env,
      SCOREMESH_MODELS: process.env.SCOREMESH_MODELS || join(flights, 'models'),
      SCOREMESH_FEATURES: process.env.SCOREMESH_FEATURES || join(flights, 'features'),
    },
  },
);

let signalledAt = Number.NEGATIVE_INFINITY;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (performance.now() - signalledAt < sameSignalMs) return;
    signalledAt = performance.now();
    mesh.kill(signal);
  });
}
mesh.on('error', (error) => {
  console.error(`The mesh could not be started: ${error.message}`);
  process.exitCode = 1;
});
mesh.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
