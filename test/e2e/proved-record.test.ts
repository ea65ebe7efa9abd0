import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { place } from '../contract/placements.ts';
import { scoremesh } from './command.ts';

const flight = ['score', 'flight_delay', '-e', 'origin=ORD', '-e', 'destination=DEN'];
const inputs = ['-i', 'minute_of_day=750', '-i', 'day_of_week=4', '-i', 'distance=888'];

test('the command line proves offline what a record says, and refuses the content of another', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-proof-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const mesh = await place('local', { auditFolder: join(folder, 'audit') });
  onTestFinished(async () => await mesh.close());
  const run = (...args: string[]) => scoremesh([...args, '--address', mesh.address]);
  const at = (name: string): string => join(folder, name);
  const proven = async (name: string) => {
    const { out } = await run(...flight, ...inputs, '--receipt', at(`${name}.receipt`));
    const [, id = ''] = /prediction +(\S+)/.exec(out) ?? [];
    const files = ['--entry', at(`${name}.entry`), '--content', at(`${name}.content`)];
    expect(await run('audit', 'get', id, ...files)).toMatchObject({ code: 0 });
    return id;
  };
  await proven('one');
  const id = await proven('two');
  const vkey = readFileSync(join(folder, 'audit', 'vkey'), 'utf8').trim();
  const verify = async (content: string) =>
    await scoremesh(
      ['audit', 'verify', at('two.receipt'), '--vkey', vkey, '--entry', at('two.entry')].concat(
        '--content',
        at(content),
      ),
    );
  const { code, out } = await verify('two.content');
  expect(code).toBe(0);
  expect(out).toContain('is what the entry commits to');
  expect(out).toContain(id);
  expect(out).toContain('"origin": "ORD"');
  expect(out).toContain('"distance"');
  const other = await verify('one.content');
  expect(other.code).toBe(1);
  expect(other.err).toContain('is not what the entry commits to');
});
