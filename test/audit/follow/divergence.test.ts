import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCheckpoint } from '../../../services/kit/transparency/checkpoint.ts';
import { createLogKey } from '../../../services/kit/transparency/log-key.ts';
import { parseNote } from '../../../services/kit/transparency/note.ts';
import { appendMany, openAudit, reasonOf, temporaryFolder, testCall } from '../fixture.ts';
import { caughtUp, dial, listen, openFollower, readLog, until } from './fixture.ts';

const refusals = (reason: string): string => `scoremesh_audit_replica_refusals_total{${reason}}`;

/** A log of 600 entries with a replica of it, and a copy of the log as it was at 400. */
async function followedLog() {
  const folder = await temporaryFolder();
  const writer = await openAudit({ folder });
  const ids = await appendMany(writer, 400);
  await writer.close();
  const earlier = join(await temporaryFolder(), 'earlier');
  await cp(folder, earlier, { recursive: true });
  const again = await openAudit({ folder });
  ids.push(...(await appendMany(again, 200)));
  const server = await listen(again.handlers);
  const replica = await openFollower({ folder: join(await temporaryFolder(), 'audit') }, dial(server.port));
  await caughtUp(replica, again);
  const checkpoint = await readLog(replica, 'checkpoint');
  await server.close();
  /** Another log takes the writer's place. */
  const replaceBy = async (other: Awaited<ReturnType<typeof openAudit>>) =>
    await listen(other.handlers, server.port);
  return { folder, writer: again, earlier, replica, checkpoint, replaceBy, ids, port: server.port };
}

async function expectServed({
  replica,
  checkpoint,
  ids,
}: Awaited<ReturnType<typeof followedLog>>): Promise<void> {
  expect(replica.size()).toBe(600);
  expect(await readLog(replica, 'checkpoint')).toEqual(checkpoint);
  const { receipt } = await replica.handlers.GetReceipt(
    { recordId: ids.at(-1) as string, cosigned: false },
    testCall(),
  );
  expect(receipt?.proof).toContain(checkpoint.toString());
}

describe('a replica refuses a history that is not the one that it has', () => {
  test.each([
    ['shorter, as after the restore of an old back-up', 0],
    ['as long, but another', 200],
    ['longer, and another', 500],
  ])('a log that is %s', async (_, more) => {
    const followed = await followedLog();
    const { earlier, replica, replaceBy } = followed;
    const other = await openAudit({ folder: earlier });
    await appendMany(other, more);
    await replaceBy(other);
    await until(() => replica.unready()?.reason === 'LOG_DIVERGED');
    await expectServed(followed);
    expect(
      replica.log.lines.some(({ level, fields }) => level === 'error' && fields.reason === 'LOG_DIVERGED'),
    ).toBe(true);
    expect(replica.metrics.counts.get(refusals('LOG_DIVERGED'))).toBeGreaterThan(0);
    expect(replica.metrics.gaugeValue('scoremesh_audit_replica_state', 'refused')).toBe(1);
    const evidence = await readFile(join(replica.folder, 'refused', String(400 + more)), 'utf8');
    expect(parseCheckpoint(parseNote(evidence).text).size).toBe(400 + more);
    // It stays so after a restart.
    await replica.close();
    const again = await openFollower({ folder: replica.folder }, dial(followed.port));
    await until(() => again.unready()?.reason === 'LOG_DIVERGED');
    await expectServed({ ...followed, replica: again });
  });

  test('and goes on when the history that it knows is back', async () => {
    const followed = await followedLog();
    const { earlier, replica, replaceBy, writer } = followed;
    const other = await openAudit({ folder: earlier });
    const wrong = await replaceBy(other);
    await until(() => replica.unready()?.reason === 'LOG_DIVERGED');
    await wrong.close();
    await replaceBy(writer);
    await appendMany(writer, 50);
    await caughtUp(replica, writer);
    await until(() => replica.unready() === undefined);
    expect(replica.log.has('the audit replica goes on')).toBe(true);
  });
});

describe('a replica trusts one key', () => {
  test('that of the setting', async () => {
    const writer = await openAudit({ folder: await temporaryFolder() });
    await appendMany(writer, 10);
    const server = await listen(writer.handlers);
    const key = join(await temporaryFolder(), 'key');
    const other = (await createLogKey(key, 'other.example/log')).vkey;
    const folder = join(await temporaryFolder(), 'audit');
    const replica = await openFollower({ folder, vkey: other }, dial(server.port));
    await until(() => replica.metrics.counts.has(refusals('PROOF_INVALID')));
    expect(replica.size()).toBe(0);
    expect(replica.unready()?.reason).toBe('ROLE_UNREACHABLE');
    expect(await reasonOf(replica.handlers.ReadLog({ path: 'checkpoint' }, testCall()))).toBe(
      'ROLE_UNREACHABLE',
    );
    await replica.close();
    const vkey = (await readLog(writer, 'vkey')).toString().trimEnd();
    const right = await openFollower({ folder, vkey }, dial(server.port));
    await caughtUp(right, writer);
    expect(right.log.lines.some(({ message }) => message.includes('first contact'))).toBe(false);
    await right.close();
    expect(await reasonOf(openFollower({ folder, vkey: other }, dial(server.port)))).toBe('CONFIG_INVALID');
  });

  test('the first one that it meets, of which it warns', async () => {
    const followed = await followedLog();
    const { replica, replaceBy } = followed;
    expect(
      replica.log.lines.some(({ level, message }) => level === 'warn' && message.includes('first contact')),
    ).toBe(true);
    const other = await openAudit({ folder: await temporaryFolder() });
    await appendMany(other, 700);
    await replaceBy(other);
    await until(() => replica.metrics.counts.has(refusals('PROOF_INVALID')));
    expect(replica.unready()?.reason).toBe('PROOF_INVALID');
    await expectServed(followed);
  });
});
