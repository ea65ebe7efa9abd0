import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, isUnavailable } from '../../gateway/client/client.ts';
import { flight } from '../contract/flight.ts';
import { type Placed, place } from '../contract/placements.ts';
import { type RoleProcess, startRole } from '../contract/role-process.ts';
import { scoremesh } from './command.ts';

const patient = 240_000;

describe('a read replica', () => {
  let mesh: Placed;
  let folder: string;
  let replica: RoleProcess;
  let auditors: RoleProcess;
  let scoring: RoleProcess;
  const address = (role: RoleProcess): string => `127.0.0.1:${role.grpcPort}`;
  const score = async (): Promise<string> => {
    const client = connect({ address: address(scoring), timeoutMs: 20_000 });
    try {
      for (let tries = 0; ; tries++) {
        try {
          return (await client.scoring.Score(flight())).predictionId;
        } catch (error) {
          // Links to a role that was restarted are back a moment later.
          if (!isUnavailable(error) || tries > 40) throw error;
          await sleep(250);
        }
      }
    } finally {
      await client.close();
    }
  };
  const receipt = async (at: RoleProcess, id: string, out: string) => {
    // A replica has it a moment later.
    for (let tries = 0; ; tries++) {
      const result = await scoremesh(['audit', 'receipt', id, '--address', address(at), '--out', out]);
      if (result.code === 0 || tries > 20) return result;
      await sleep(250);
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scoremesh-replica-'));
    mesh = await place('processes');
    replica = await startRole('audit', {
      SCOREMESH_DATA: folder,
      SCOREMESH_AUDIT_FOLLOW: mesh.addresses.audit,
      SCOREMESH_AUDIT_FOLLOW_VKEY: (await readFile(join(mesh.dataFolder, 'audit', 'vkey'), 'utf8')).trim(),
    });
    auditors = await startRole('gateway', { SCOREMESH_AUDIT_READ_ADDRESS: address(replica) });
    scoring = await startRole('gateway', {
      SCOREMESH_FEATURE_ADDRESS: mesh.addresses.feature,
      SCOREMESH_INFERENCE_ADDRESS: mesh.addresses.inference,
      SCOREMESH_AUDIT_ADDRESS: mesh.addresses.audit,
      SCOREMESH_AUDIT_READ_ADDRESS: address(replica),
    });
  }, patient);
  afterAll(async () => {
    await Promise.all([auditors?.kill(), scoring?.kill()]);
    await replica?.kill();
    await mesh?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'proves what a gateway scored, over gRPC and HTTP, without a key and without the writer',
    async () => {
      const id = await score();
      const out = join(folder, 'receipt.txt');
      const vkey = (await readFile(join(folder, 'audit', 'vkey'), 'utf8')).trim();
      for (const at of [auditors, scoring, replica]) {
        expect(await receipt(at, id, out)).toMatchObject({ code: 0 });
        const verified = await scoremesh(['audit', 'verify', out, '--vkey', vkey]);
        expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('valid') });
      }
      const http = `http://127.0.0.1:${auditors.httpPort}`;
      const checkpoint = await fetch(`${http}/log/checkpoint`);
      expect(checkpoint.headers.has('age')).toBe(true);
      expect(await readFile(out, 'utf8')).toContain(await checkpoint.text());
      const { records } = (await (await fetch(`${http}/v1/records?event=prediction`)).json()) as {
        records: { content: string; record: { record_id: string } }[];
      };
      expect(records).toMatchObject([{ content: 'NOT_HERE', record: { record_id: id } }]);
      expect((await fetch(`${http}/v2/health/live`)).status).toBe(404);

      await replica.kill();
      expect(await score()).not.toBe('');
      await replica.restart();
      await mesh.roles.get('audit')?.kill();
      expect(await receipt(auditors, id, out)).toMatchObject({ code: 0 });
      expect(await scoremesh(['audit', 'verify', out, '--vkey', vkey])).toMatchObject({ code: 0 });
      const metrics = await (await fetch(`http://127.0.0.1:${replica.metricsPort}/metrics`)).text();
      expect(metrics).toMatch(/scoremesh_audit_replica_size [1-9]/);
      expect((await fetch(`http://127.0.0.1:${replica.metricsPort}/readyz`)).status).toBe(200);

      await mesh.roles.get('audit')?.restart();
      const next = await score();
      expect(await receipt(auditors, next, out)).toMatchObject({ code: 0 });
    },
    patient,
  );

  it(
    'can be checked offline, and is no log that something may be written to',
    async () => {
      await replica.stop();
      const checked = await scoremesh(['audit', 'check', '--tree-only', '--data', folder]);
      expect(checked).toMatchObject({ code: 0 });
      const refused = await scoremesh(['serve'], { SCOREMESH_ROLES: 'audit', SCOREMESH_DATA: folder });
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.err).toContain('AUDIT_REPLICA');
    },
    patient,
  );

  it.each([
    [{ SCOREMESH_AUDIT_FOLLOW: 'nowhere' }, 'SCOREMESH_AUDIT_FOLLOW="nowhere" is not accepted'],
    [{ SCOREMESH_AUDIT_FOLLOW_MAX_AGE: '1m' }, 'SCOREMESH_AUDIT_FOLLOW is not'],
    [{ SCOREMESH_AUDIT_FOLLOW: '127.0.0.1:1', SCOREMESH_ROLES: 'worker' }, 'SCOREMESH_ROLES has no audit'],
    [
      { SCOREMESH_AUDIT_FOLLOW: '127.0.0.1:1', SCOREMESH_ROLES: 'gateway,feature,inference,audit' },
      'set SCOREMESH_AUDIT_ADDRESS',
    ],
    [
      { SCOREMESH_AUDIT_FOLLOW: '127.0.0.1:1', SCOREMESH_AUDIT_FOLLOW_VKEY: 'x+1+y' },
      'the verifier key "x+1+y" can not be used',
    ],
  ] as const)('is refused with settings that make no sense: %j', async (env, message) => {
    const ports = { SCOREMESH_GRPC_PORT: '0', SCOREMESH_HTTP_PORT: '0', SCOREMESH_METRICS_PORT: '0' };
    const settings = { SCOREMESH_ROLES: 'audit', SCOREMESH_DATA: join(folder, 'none'), ...ports, ...env };
    const { code, err } = await scoremesh(['serve'], settings);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });
});
