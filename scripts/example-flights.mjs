// `npm run example:flights`: sets up, builds, and replays real departures of 2001 against the running mesh.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { ensurePackages, requireNode, root } from './setup.mjs';

requireNode();
ensurePackages();
if (!(await build())) process.exit(1);

// In this process, so that a Ctrl-C reaches it once. It reads the arguments after the script's name.
const replay = join(root, 'dist', 'examples', 'flights', 'replay.js');
if (existsSync(replay)) {
  await import(pathToFileURL(replay).href);
} else {
  console.error(`${replay} is missing although the build went well: remove dist/ and run this again.`);
  process.exitCode = 1;
}
