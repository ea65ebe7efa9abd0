import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { natsIsAbsent } from '../kit/bus/broker.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

function bench(...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', 'tsx', main, ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + (child.exitCode === 0 ? '' : stderr) }),
    );
  });
}

/** What its tables say, by the name of the row. */
function ratios(output: string): Record<string, number> {
  return Object.fromEntries(
    Array.from(output.matchAll(/^\| ([^|]+) \| [^|]+ \| ([^ ]+) \(/gm), ([, name, ratio]) => [
      name,
      Number(ratio),
    ]),
  );
}

it('the bench of the inference role measures each of its promises', async () => {
  const { code, output } = await bench('inference', '--smoke');
  expect(output).toMatch(/median \(lowest to highest\)/);
  const number = expect.toSatisfy((ratio: number) => ratio >= 0 && Number.isFinite(ratio));
  expect(ratios(output)).toEqual({
    'ModelInfer on the inference role': number,
    'ModelInfer through the gateway, audit required': number,
    'requests/s, small model (trees of the flights example)': number,
    'requests/s, heavy model (512-2048-2048-512)': number,
    'p99 while a light model loads and unloads': number,
    'p99 while a heavy model loads and unloads': number,
    'goodput at twice the load': number,
    'refusal, p99': number,
    'own memory after 3 loads and unloads, inline': number,
    'own memory after 3 loads and unloads, worker': number,
  });
  expect(code).toBe(0);
}, 300_000);

it('the bench of the feature role measures each of its promises', async () => {
  const { code, output } = await bench('features', '--smoke');
  const number = expect.toSatisfy((ratio: number) => ratio >= 0 && Number.isFinite(ratio));
  expect(ratios(output)).toEqual({
    'read of 20 features over 4 entities, p50': number,
    'read of 20 features over 4 entities, p99': number,
    'read of one row over a link': number,
    '100 rows in one read over a link, in columns': number,
    'read as of an earlier time, busy airports, 14 days, p99': number,
    'three million flights into all views': number,
    'own memory in the last quarter of that': number,
  });
  expect(code).toBe(0);
}, 300_000);

it.skipIf(natsIsAbsent)(
  'the bench of jobs measures each of its promises',
  async () => {
    const { code, output } = await bench('jobs', '--smoke');
    const number = expect.toSatisfy((ratio: number) => ratio >= 0 && Number.isFinite(ratio));
    expect(ratios(output)).toEqual({
      'jobs/s, submit to audited result': number,
      'jobs/s against JetStream alone': number,
      'submit to result at 500 jobs/s, p50': number,
      'submit to result at 500 jobs/s, p99': number,
      'a single job while another tenant has 5000 queued, p50': number,
      'own memory after 12000 jobs': number,
    });
    expect(code).toBe(0);
  },
  300_000,
);

it('tells what it can measure, and what it does not know', async () => {
  const help = await bench('--help');
  expect(help).toMatchObject({ code: 0, output: expect.stringContaining('--quick') });
  expect(await bench('inferences')).toMatchObject({
    code: 1,
    output: expect.stringContaining('There is no bench "inferences"'),
  });
});
