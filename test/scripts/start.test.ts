import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('a start without nats-server names everything that is off, and why', () => {
  const script =
    "import { offWithoutNats } from './scripts/setup.mjs'; console.log(offWithoutNats('no nats-server on PATH'));";
  const root = new URL('../..', import.meta.url);
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(said).toBe(
    'Asynchronous scoring and events of features from NATS are off: no nats-server on PATH\n',
  );
});
