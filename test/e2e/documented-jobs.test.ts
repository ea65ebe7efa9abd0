import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, headers } from 'nats';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../services/kit/log/log.ts';
import { type Mesh, startMesh } from '../../services/mesh.ts';
import { flights, meshConfig } from '../contract/placements.ts';
import { untilReady } from '../contract/ready.ts';
import { runIn } from '../gateway/command-line/in-process.ts';
import { natsIsAbsent, scratchFolder, startBroker } from '../kit/bus/broker.ts';

const root = join(flights, '..', '..');

/** The part of a document that begins with this heading. */
function section(file: string, heading: string): string {
  const text = readFileSync(join(root, file), 'utf8');
  const begin = text.indexOf(`\n## ${heading}`);
  expect(begin, `${file} has a section "${heading}"`).toBeGreaterThan(0);
  const end = text.indexOf('\n## ', begin + 1);
  return text.slice(begin, end < 0 ? undefined : end);
}

interface Body {
  readonly model?: string;
  readonly job_id?: string;
}

/** JSON in the quotes of a shell, and what Python makes JSON of. */
function bodiesIn(text: string): Body[] {
  const quoted = [...text.matchAll(/'(\{"[^']*\})'/g)];
  const dumped = [...text.matchAll(/json\.dumps\((\{.*?\})\)/gs)];
  return [...quoted, ...dumped].map(([, json = '']) => JSON.parse(json.replace(/,(\s*\})/g, '$1')) as Body);
}

/** The mesh of `npm start`, with a nats-server of this test's. */
async function startFlights(): Promise<{ mesh: Mesh; nats: string; folder: string }> {
  const broker = await startBroker();
  const folder = await scratchFolder();
  const config = meshConfig(join(folder, 'data'), {});
  const mesh = await startMesh(
    { ...config, roles: [...config.roles, 'worker'], bus: { ...config.bus, urls: [broker.url] } },
    silentLog,
  );
  onTestFinished(() => mesh.close());
  await untilReady(`http://127.0.0.1:${mesh.metricsPort}`);
  return { mesh, nats: broker.url, folder };
}

describe.skipIf(natsIsAbsent)('the examples of jobs', () => {
  it('in JOBS.md and README.md are scored', async () => {
    const bodies = [
      ...bodiesIn(section('JOBS.md', 'For producers')),
      ...bodiesIn(section('README.md', 'For a producer of jobs')),
    ];
    expect(bodies.map(({ model }) => model !== undefined)).toEqual([false, true, false, false]);
    const { mesh, nats: url } = await startFlights();
    const nats = await connect({ servers: url });
    onTestFinished(() => nats.close());
    const jobs = `http://127.0.0.1:${mesh.httpPort}/v1/jobs`;
    for (const [index, body] of bodies.entries()) {
      const own = body.job_id ?? `documented-${index}`;
      if (body.model === undefined) {
        const named = headers();
        named.set('Nats-Msg-Id', `acme.${own}`);
        named.set('Scoremesh-Job-Id', own);
        await nats
          .jetstream()
          .publish('scoremesh.jobs.high.acme.flight_delay', JSON.stringify(body), { headers: named });
      } else {
        const answer = await fetch(jobs, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        expect(answer.status).toBe(202);
      }
      const events = await (await fetch(`${jobs}/${own}/events?tenant=acme`)).text();
      const last = events.split('\n').findLast((line) => line.startsWith('data:')) ?? '';
      expect(JSON.parse(last.slice('data:'.length))).toMatchObject({
        state: 'SUCCEEDED',
        result: { response: { outputs: { late_probability: expect.any(Number) } } },
      });
    }
  });

  it('in the help of `scoremesh jobs submit` are scored, with the file that comes with them', async () => {
    const { mesh, folder } = await startFlights();
    const { out: help } = await runIn({}, 'jobs', 'submit', '--help');
    const examples = [...help.matchAll(/^ {2}scoremesh (jobs submit .*)$/gm)]
      .map(([, args = '']) => args.split(' '))
      .filter((args) => !args.includes('--resume') && !args.includes('<path>'));
    expect(examples).toHaveLength(2);
    for (const args of examples) {
      const placed = args.map((arg) =>
        arg.startsWith('examples/') ? join(root, arg) : arg.startsWith('scored.') ? join(folder, arg) : arg,
      );
      const run = await runIn({}, ...placed, '--address', `127.0.0.1:${mesh.grpcPort}`);
      expect(run).toMatchObject({ code: 0, err: '', out: expect.stringContaining('SUCCEEDED') });
    }
  });
});
