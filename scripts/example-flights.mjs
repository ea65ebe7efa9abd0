// `npm run example:flights`: sets up, builds, and replays real departures of 2001 against the running mesh.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensurePackages, requireNode, root } from './setup.mjs';

requireNode();
ensurePackages();
if (!(await build())) process.exit(1);

const replay = join(root, 'dist', 'examples', 'flights', 'replay-main.js');
const child = spawn(process.execPath, [replay, ...process.argv.slice(2)], { stdio: 'inherit' });

// The terminal has sent a Ctrl-C to the replay too, which ends by itself.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
