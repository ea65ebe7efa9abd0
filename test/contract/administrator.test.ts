import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connect, type MeshClient, type MeshError } from '../../gateway/client/client.ts';
import { auditContract } from '../../services/contracts.ts';
import { startCall } from '../../services/kit/contract/call.ts';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { createLog } from '../../services/kit/log/json-log.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { openChannel } from '../../services/kit/rpc/grpc-transport.ts';
import { startMesh } from '../../services/mesh.ts';
import { flight } from './flight.ts';
import { meshConfig, type Placed, place, placementNames } from './placements.ts';

const adminToken = 'correct-horse-battery-staple';
const subject = 'passenger=nobody-of-that-name';

describe.each(placementNames)('the administrator, placed %s', (name) => {
  const lines: string[] = [];
  let mesh: Placed;
  let admin: MeshClient;
  let wrong: MeshClient;

  beforeAll(async () => {
    const log = createLog({ level: 'debug', destination: { write: (line) => lines.push(line) } });
    mesh = await place(name, { adminToken, log, env: { SCOREMESH_LOG_LEVEL: 'debug' } });
    admin = connect({ address: mesh.address, token: adminToken, timeoutMs: 10_000 });
    wrong = connect({ address: mesh.address, token: 'not-the-right-token', timeoutMs: 10_000 });
  });
  afterAll(async () => {
    await Promise.all([admin?.close(), wrong?.close()]);
    await mesh?.close();
  });

  /** How erasing somebody unknown, and exporting their data, ends. */
  async function endings({ audit }: MeshClient): Promise<string[]> {
    const reasonOf = (error: MeshError): string => error.reason;
    const erased = audit.EraseSubject({ subject, reason: 'request 17' }).then(() => 'erased', reasonOf);
    const exported = (async () => {
      for await (const _record of audit.ExportSubject({ subject }));
    })().then(() => 'exported', reasonOf);
    return Promise.all([erased, exported]);
  }

  it('alone gets to the data of a person, through every hop', async () => {
    expect(await endings(mesh.client)).toEqual(['ADMINISTRATOR_ONLY', 'ADMINISTRATOR_ONLY']);
    expect(await endings(wrong)).toEqual(['TOKEN_INVALID', 'TOKEN_INVALID']);
    const [erased, exported] = await endings(admin);
    expect(erased).toBe('SUBJECT_NOT_FOUND');
    expect(['ADMINISTRATOR_ONLY', 'TOKEN_INVALID']).not.toContain(exported);
  });

  it('alone sees what records hold that is personal; others get entries, proofs and verdicts', async () => {
    const { predictionId } = await mesh.client.scoring.Score(flight());
    await mesh.client.scoring.RecordOutcomes({
      outcomes: [{ predictionId, values: { late: { flag: true } } }],
    });
    const secret = JSON.stringify(Object.values(flight().entities ?? {})[0]);
    const shown = JSON.stringify;
    const seenBy = async ({ audit, scoring }: MeshClient) => {
      const filter = { events: ['prediction'] };
      const exported: unknown[] = [];
      for await (const { record } of audit.ExportRecords({ filter })) exported.push(record);
      return {
        record: await audit.GetRecord({ recordId: predictionId }),
        list: await audit.ListRecords({}),
        query: await audit.QueryRecords({ filter }),
        exported,
        replay: await scoring.Replay({ predictionId, readFeatures: true }),
      };
    };
    const [others, all] = [await seenBy(mesh.client), await seenBy(admin)];
    expect(others.record).toMatchObject({
      contentState: 'CONTENT_STATE_WITHHELD',
      record: { recordId: predictionId, prediction: { model: { name: 'flight_delay' }, request: null } },
    });
    expect(others.record.entry).toEqual(all.record.entry);
    expect(others.replay).toMatchObject({ verdict: 'REPLAY_VERDICT_SAME', recorded: {}, replayed: {} });
    for (const part of ['record', 'list', 'query', 'exported'] as const) {
      expect(shown(all[part])).toContain(secret);
      expect(shown(others[part])).not.toContain(secret);
    }
    expect(shown(all.query.records.map(({ outcomes }) => outcomes))).toContain('"flag":true');
    expect(shown([others.query, others.exported])).not.toContain('"flag":true');
    const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => undefined,
        (error: MeshError) => error.reason,
      );
    for (const [client, reason] of [
      [mesh.client, 'ADMINISTRATOR_ONLY'] as const,
      [admin, undefined] as const,
    ]) {
      const { audit, scoring } = client;
      const changes = { distance: { number: 500 } };
      expect(await reasonOf(audit.GetSealedContent({ recordId: predictionId }))).toBe(reason);
      expect(await reasonOf(audit.QueryRecords({ filter: { subject } }))).toBe(reason);
      expect(await reasonOf(scoring.Replay({ predictionId, changes }))).toBe(reason);
    }
  });

  it('is named by the record of what they ask', async () => {
    for (const [client, principal] of [
      [mesh.client, 'anonymous'] as const,
      [admin, 'administrator'] as const,
    ]) {
      const { predictionId } = await client.scoring.Score(flight());
      const { record } = await client.audit.GetRecord({ recordId: predictionId });
      expect(record?.principal).toBe(principal);
    }
  });

  it('has a token that no log has', () => {
    const logs = [...lines, ...[...mesh.roles.values()].flatMap((role) => role.log())].join('\n');
    expect(logs).toContain('audit log open');
    for (const token of [adminToken, 'not-the-right-token']) expect(logs).not.toContain(token);
  });
});

it('a gateway that also hosts roles believes no caller that says for whom it asks', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scoremesh-spoofed-'));
  const closers = createClosers(silentLog);
  onTestFinished(async () => {
    await closers.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const mesh = await startMesh({ ...meshConfig(folder, { adminToken }), serveLinks: true }, silentLog);
  closers.add('mesh', () => mesh.close());
  const channel = openChannel(`127.0.0.1:${mesh.grpcPort}`, { maxMessageBytes: 65_536 });
  closers.add('channel', () => channel.close());
  const asRole = startCall({ timeoutMs: 10_000, principal: 'administrator' });
  const erase = auditContract.methods().get('EraseSubject')!;
  await expect(channel.unary(erase, { subject, reason: 'r' }, asRole)).rejects.toMatchObject({
    reason: 'ADMINISTRATOR_ONLY',
  });
});
