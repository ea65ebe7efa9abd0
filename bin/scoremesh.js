#!/usr/bin/env -S node --min-semi-space-size=16 --max-semi-space-size=64
import { existsSync } from 'node:fs';

const program = new URL('../dist/services/main.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error('scoremesh is not built yet: run `npm ci` (or `npm run build`) in its folder first.');
  process.exitCode = 1;
}
