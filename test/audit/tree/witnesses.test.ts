import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { MerkleTree } from '../../../services/audit/tree/merkle-tree.ts';
import { createWitnesses, type Witnesses } from '../../../services/audit/tree/witness/witnesses.ts';
import { signCheckpoint } from '../../../services/kit/transparency/checkpoint.ts';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import {
  createSigningKey,
  type NoteSigner,
  parseSigningKey,
} from '../../../services/kit/transparency/signing-key.ts';
import { hashLines, tlogProofText } from '../../../services/kit/transparency/tlog-proof.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import { leafAt } from '../../kit/transparency/naive-tree.ts';
import { createWitnessKey } from '../../kit/transparency/witness-key.ts';
import { errorOf, KeptLog, KeptMetrics, reasonOf, temporaryFolder } from '../fixture.ts';
import { appendTo, folder, MemoryTreeDisk, openTestTree } from './tree-fixture.ts';
import { WitnessServer } from './witness-server.ts';

const signer = parseSigningKey(createSigningKey('example.com/log'), 'the key');
const keys = [createWitnessKey('w.example/1'), createWitnessKey('w.example/2')] as const;

interface Bench {
  readonly tree: MerkleTree;
  readonly disk: MemoryTreeDisk;
  readonly servers: readonly [WitnessServer, WitnessServer];
  readonly log: KeptLog;
  readonly metrics: KeptMetrics;
  readonly witnesses: Witnesses;
  /** The same witnesses as after a restart of the log. */
  again(changes?: { quorum?: number; tree?: MerkleTree; signer?: NoteSigner }): Promise<Witnesses>;
}

async function startWitnesses(settings: {
  size: number;
  quorum?: number;
  timeoutMs?: number;
}): Promise<Bench> {
  const disk = new MemoryTreeDisk();
  const { tree } = await openTestTree({ size: settings.size, disk });
  const files = await temporaryFolder();
  const servers = [
    new WitnessServer(keys[0], signer.vkey, join(files, '1')),
    new WitnessServer(keys[1], signer.vkey, join(files, '2')),
  ] as const;
  for (const server of servers) await server.start();
  const log = new KeptLog();
  const metrics = new KeptMetrics();
  const again: Bench['again'] = async (changes = {}) => {
    const witnesses = await createWitnesses({
      witnesses: servers.map(({ url }, n) => ({ url, vkey: keys[n]!.vkey })),
      quorum: changes.quorum ?? settings.quorum ?? 2,
      logVkey: (changes.signer ?? signer).vkey,
      tree: changes.tree ?? tree,
      newestCheckpoint: () => signCheckpoint(changes.signer ?? signer, (changes.tree ?? tree).head()),
      folder,
      disk,
      log,
      metrics,
      intervalMs: 1,
      timeoutMs: settings.timeoutMs ?? 5000,
    });
    onTestFinished(async () => await witnesses.close());
    return witnesses;
  };
  return { tree, disk, servers, log, metrics, witnesses: await again(), again };
}

function outcomes(metrics: KeptMetrics, witness: string): Record<string, number> {
  const start = `scoremesh_audit_witness_offers_total{${witness},`;
  return Object.fromEntries(
    [...metrics.counts]
      .filter(([key]) => key.startsWith(start))
      .map(([key, n]) => [key.slice(start.length, -1), n]),
  );
}

describe('witnesses', () => {
  test('cosign what the log grows to, so that a receipt with their signatures verifies alone', async () => {
    const { metrics, servers, tree, witnesses } = await startWitnesses({ size: 3 });
    expect(witnesses.cosigned()).toBeUndefined();
    for (const size of [3, 300, 300, 301, 1000]) {
      appendTo(tree, size);
      await witnesses.offer();
      expect(witnesses.cosigned()).toMatchObject({ size, witnesses: ['w.example/1', 'w.example/2'] });
    }
    expect(servers[0].requests.map(({ old, size }) => [old, size])).toEqual([
      [0, 3],
      [3, 300],
      [300, 301],
      [301, 1000],
    ]);
    const { size, text } = witnesses.cosigned()!;
    appendTo(tree, 1100);
    const { hashes } = await tree.inclusionProof(17, size);
    const receipt = tlogProofText(leafAt(17).toString('base64'), 17, hashLines(hashes), text);
    const verified = verifyReceipt(receipt, {
      logs: [parseVerifierKey(signer.vkey, signatureTypes.log)],
      witnesses: keys.map(({ vkey }) => parseVerifierKey(vkey, signatureTypes.witness)),
    });
    expect(verified).toMatchObject({ index: 17, size: 1000, witnesses: ['w.example/1', 'w.example/2'] });
    expect(outcomes(metrics, 'w.example/1')).toEqual({ cosigned: 4 });
    expect(metrics.gaugeValue('scoremesh_audit_cosigned_size', 'w.example/2')).toBe(1000);
  });

  test('that are down are asked again later, and the others count if they are enough', async () => {
    const { log, metrics, servers, tree, witnesses } = await startWitnesses({ size: 10, quorum: 1 });
    await servers[1].stop();
    await witnesses.offer();
    expect(witnesses.cosigned()).toMatchObject({ size: 10, witnesses: ['w.example/1'] });
    expect(outcomes(metrics, 'w.example/2')).toEqual({ unreachable: 1 });
    expect(log.has('a witness does not cosign')).toBe(true);
    await servers[1].start();
    const cosigned = log.next('a witness cosigns again');
    witnesses.start();
    await cosigned;
    await witnesses.offer();
    expect(witnesses.cosigned()).toMatchObject({ size: 10, witnesses: ['w.example/1', 'w.example/2'] });
    expect(tree.size).toBe(10);
  });

  test.each([
    ['silent', 'unreachable'],
    ['lying', 'invalid_answer'],
    ['babbling', 'invalid_answer'],
    ['endless', 'unreachable'],
    ['broken', 'invalid_answer'],
  ] as const)('that are %s are counted, and nothing of theirs is kept', async (behaviour, outcome) => {
    const { metrics, servers, witnesses } = await startWitnesses({ size: 10, quorum: 1, timeoutMs: 300 });
    servers[1].behaviour = behaviour;
    await witnesses.offer();
    expect(witnesses.cosigned()).toMatchObject({ size: 10, witnesses: ['w.example/1'] });
    expect(outcomes(metrics, 'w.example/2')).toEqual({ [outcome]: 1 });
  });

  test('that know another size than thought tell it, also after a restart of the log or of a witness', async () => {
    const { again, disk, servers, tree, witnesses } = await startWitnesses({ size: 10 });
    await witnesses.offer();
    const kept = await again();
    expect(kept.cosigned()).toEqual(witnesses.cosigned());
    appendTo(tree, 20);
    await kept.offer();
    expect(servers[0].requests.at(-1)).toEqual({ old: 10, size: 20, status: 200 });
    disk.files.delete(`${folder}/cosigned`);
    const forgetful = await again();
    expect(forgetful.cosigned()).toBeUndefined();
    appendTo(tree, 30);
    await forgetful.offer();
    expect(servers[0].requests.slice(-2)).toEqual([
      { old: 0, size: 30, status: 409 },
      { old: 20, size: 30, status: 200 },
    ]);
    await servers[0].stop();
    await servers[0].start();
    appendTo(tree, 40);
    // The first request may go to a connection that died with it.
    forgetful.start();
    await expect
      .poll(() => forgetful.cosigned(), { timeout: 20_000 })
      .toMatchObject({
        size: 40,
        witnesses: ['w.example/1', 'w.example/2'],
      });
  });

  test('that saw another or a larger tree raise an alarm', async () => {
    const { again, disk, log, metrics, witnesses } = await startWitnesses({ size: 50 });
    await witnesses.offer();
    disk.files.delete(`${folder}/cosigned`);
    const other = await openTestTree({ size: 50, leaf: (index) => leafAt(index + 1) });
    const forked = await again({ tree: other.tree });
    await forked.offer();
    appendTo(other.tree, 60);
    const grown = await again({ tree: other.tree });
    await grown.offer();
    const shorter = await openTestTree({ size: 40 });
    const shrunk = await again({ tree: shorter.tree });
    await shrunk.offer();
    expect(outcomes(metrics, 'w.example/1')).toEqual({ cosigned: 1, inconsistent: 3 });
    expect(log.lines.filter(({ level }) => level === 'error').length).toBe(6);
    expect(shrunk.cosigned()).toBeUndefined();
  });

  test('that do not know the log or its key are told apart from the rest', async () => {
    const { again, metrics } = await startWitnesses({ size: 5 });
    for (const origin of ['example.com/log', 'other.example/log']) {
      const stranger = await again({ signer: parseSigningKey(createSigningKey(origin), 'a key') });
      await stranger.offer();
    }
    expect(outcomes(metrics, 'w.example/1')).toEqual({ unknown_log: 2 });
  });

  test('are not waited for when the log closes', async () => {
    const { servers, witnesses } = await startWitnesses({ size: 5, timeoutMs: 60_000 });
    servers[0].behaviour = 'silent';
    const offered = witnesses.offer();
    await witnesses.close();
    await offered;
    expect(witnesses.cosigned()).toBeUndefined();
  });

  test('a kept checkpoint that does not fit the tree, or is damaged, is refused', async () => {
    const { again, disk, witnesses } = await startWitnesses({ size: 50 });
    await witnesses.offer();
    const shorter = await openTestTree({ size: 40 });
    expect((await errorOf(again({ tree: shorter.tree }))).message).toContain('50 entries');
    const other = await openTestTree({ size: 50, leaf: (index) => leafAt(index + 1) });
    expect(await reasonOf(again({ tree: other.tree }))).toBe('STATE_CORRUPT');
    const stranger = parseSigningKey(createSigningKey('example.com/log'), 'a key');
    expect(await reasonOf(again({ signer: stranger }))).toBe('STATE_CORRUPT');
    const file = `${folder}/cosigned`;
    const whole = disk.content(file);
    for (let at = 0; at < whole.length; at += 7) {
      const damaged = Buffer.from(whole);
      damaged[at] = damaged[at]! ^ 1;
      disk.put(file, damaged);
      // A changed name or id makes a cosignature one of a stranger: then it does not count.
      const result = await again({ quorum: 2 }).then(
        (opened) => opened.cosigned(),
        (error) => error.reason,
      );
      expect([undefined, 'STATE_CORRUPT']).toContain(result);
    }
  });

  test.each([
    ...['', 'ftp://w.example', 'w.example'].map((url) => [{ url, vkey: keys[0].vkey }]),
    // Twice the same key is one witness, which must not count as two.
    ['a', 'b'].map((host) => ({ url: `http://${host}.example`, vkey: keys[0].vkey })),
  ])('configured as %j, %j are refused by name', async (...witnesses) => {
    const { tree } = await openTestTree({ size: 1 });
    const work = createWitnesses({
      witnesses: witnesses.flatMap((each) => (each === undefined ? [] : [each])),
      logVkey: signer.vkey,
      tree,
      newestCheckpoint: () => undefined,
      folder,
      disk: new MemoryTreeDisk(),
      log: new KeptLog(),
      metrics: new KeptMetrics(),
    });
    const error = await errorOf(work);
    expect(error.reason).toBe('CONFIG_INVALID');
    expect(error.message).toContain('w.example/1');
  });
});
