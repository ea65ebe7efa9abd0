import { hash, randomBytes } from 'node:crypto';
import { headers } from 'nats';
import { beforeAll, describe, expect, it } from 'vitest';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { identityModel } from '../inference/onnx-models.ts';
import { natsIsAbsent } from '../kit/bus/broker.ts';
import { type FaultMesh, startFaultMesh } from './jobs-faults/fault-mesh.ts';

const size = 3 * 1024 * 1024;
const patience = { timeout: 60_000, interval: 50 };
/** What a killed worker had comes again after its ack wait, one job after the other. */
const whole = { timeoutMs: 120_000 };
let mesh: FaultMesh;

beforeAll(async () => {
  if (natsIsAbsent) return;
  const closers = createClosers(silentLog);
  mesh = await startFaultMesh(closers, {
    workers: 1,
    models: { 'same/1/model.onnx': identityModel('UINT8', ['N', 'M']) },
  });
  return () => closers.close();
}, 120_000);

const tensorOf = (data: Buffer) => ({
  datatype: 'UINT8',
  shape: [1, data.length],
  data: data.toString('base64'),
});
const isSame = (one: Uint8Array | undefined, other: Buffer): boolean =>
  one !== undefined && Buffer.compare(one, other) === 0;

interface ResultJson {
  readonly state: string;
  readonly response?: { readonly outputs: { readonly y: { readonly tensor: { readonly data: string } } } };
}
const bytesOf = ({ response }: ResultJson): Buffer =>
  Buffer.from(response?.outputs.y.tensor.data ?? '', 'base64');

async function store(body: Uint8Array): Promise<string> {
  const name = hash('sha256', body);
  const objects = await mesh.nats.jetstream().views.os('SCOREMESH_PAYLOADS');
  await objects.putBlob({ name }, body);
  return name;
}

async function publish(jobId: string, name: string, tenant = 't'): Promise<void> {
  const sent = headers();
  sent.set('Nats-Msg-Id', jobId);
  sent.set('Scoremesh-Payload', `sha256:${name}`);
  await mesh.nats.jetstream().publish(`scoremesh.jobs.normal.${tenant}.same`, '', { headers: sent });
}

describe.skipIf(natsIsAbsent)('a job of 3 MiB with a result of 3 MiB', () => {
  it('goes through gRPC', async () => {
    const data = randomBytes(size);
    const tensor = { datatype: 'UINT8', shape: [1, size], data };
    const job = { tenant: 't', jobId: 'grpc' };
    await mesh.client.scoring.SubmitJob({ ...job, request: { model: 'same', inputs: { x: { tensor } } } });
    let last: Uint8Array | undefined;
    for await (const { job: now } of mesh.client.scoring.WatchJob(job, whole))
      last = now?.result?.response?.outputs?.y?.tensor?.data;
    expect(isSame(last, data)).toBe(true);
    const got = await mesh.client.scoring.GetJob(job);
    expect(isSame(got.job?.result?.response?.outputs?.y?.tensor?.data, data)).toBe(true);
  });

  it('goes through HTTP', async () => {
    const data = randomBytes(size);
    const url = `http://127.0.0.1:${mesh.gateway.httpPort}/v1/jobs`;
    const body = { tenant: 't', job_id: 'http', model: 'same', inputs: { x: { tensor: tensorOf(data) } } };
    const submit = () =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await submit()).status).toBe(202);
    const events = await (await fetch(`${url}/http/events?tenant=t`)).text();
    const last = events.split('\n').findLast((line) => line.startsWith('data:')) ?? 'data:{}';
    expect(isSame(bytesOf(JSON.parse(last.slice(5)).result), data)).toBe(true);
    const { result } = (await (await fetch(`${url}/http?tenant=t`)).json()) as { result: ResultJson };
    expect(isSame(bytesOf(result), data)).toBe(true);
    expect(await (await submit()).json()).toEqual({ job_id: 'http', duplicate: true });
  });

  it('goes through a plain NATS client alone, in JSON', async () => {
    const data = randomBytes(size);
    const heard = mesh.nats.subscribe('scoremesh.results.t.plain', { max: 1 });
    await publish(
      'plain',
      await store(Buffer.from(JSON.stringify({ inputs: { x: { tensor: tensorOf(data) } } }))),
    );
    for await (const message of heard) {
      expect(message.data.length).toBe(0);
      expect(message.headers?.get('Content-Type')).toBe('application/json');
      const name = message.headers!.get('Scoremesh-Payload').slice('sha256:'.length);
      const objects = await mesh.nats.jetstream().views.os('SCOREMESH_PAYLOADS');
      const payload = (await objects.getBlob(name))!;
      expect(hash('sha256', payload)).toBe(name);
      expect(isSame(bytesOf(JSON.parse(new TextDecoder().decode(payload))), data)).toBe(true);
    }
  });

  it('has one whole result and one record when the worker is killed while results are stored', async () => {
    const [worker] = mesh.workers;
    const payloads = Array.from({ length: 6 }, () => randomBytes(size));
    const names = await Promise.all(
      payloads.map((data) =>
        store(Buffer.from(JSON.stringify({ inputs: { x: { tensor: tensorOf(data) } } }))),
      ),
    );
    let killed: Promise<void> | undefined;
    const stored = mesh.nats.subscribe('$O.SCOREMESH_PAYLOADS.M.*', {
      callback: () => {
        killed ??= worker!.kill();
      },
    });
    await mesh.nats.flush();
    for (const [index, name] of names.entries()) await publish(`j${index}`, name, 'k');
    await expect.poll(() => killed !== undefined, patience).toBe(true);
    await killed;
    stored.unsubscribe();
    await worker!.restart();
    const predictions: (string | undefined)[] = [];
    for (const [index, data] of payloads.entries()) {
      const job = { tenant: 'k', jobId: `j${index}` };
      let last: Uint8Array | undefined;
      for await (const { job: now } of mesh.client.scoring.WatchJob(job, whole)) {
        last = now?.result?.response?.outputs?.y?.tensor?.data;
        if (now?.result) predictions.push(now.result.response?.predictionId);
      }
      expect(isSame(last, data)).toBe(true);
    }
    const ours: string[] = [];
    // Such records fill a page each.
    let pageToken = '';
    do {
      const page = await mesh.client.audit.ListRecords({ pageSize: 1000, pageToken });
      for (const { record } of page.records) if (record?.principal === 'job:k') ours.push(record.recordId);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(ours.sort()).toEqual(predictions.sort());
  }, 240_000);
});
