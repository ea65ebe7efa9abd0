import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '../../../services/audit/log/commit.ts';
import { Receipts } from '../../../services/audit/receipts.ts';
import { openTree } from '../../../services/audit/tree/opening.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import { createSigningKey, parseSigningKey } from '../../../services/kit/transparency/signing-key.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import type { Effort } from '../effort.ts';
import { type Finding, median, progress } from '../report.ts';

const commitRecords = 64;
const begunWith = 100_000;

/** The receipts of commits of 64 records in a large tree, as answers carry them: proof and text, and all that a commit costs besides its write. */
export async function measureReceipts({ rounds, requests }: Effort): Promise<Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-tree-'));
  const leaf = randomBytes(32);
  const leaves = Array.from({ length: 16_384 }, () => leaf);
  const tree = await openTree({
    folder: join(folder, 'tree'),
    size: begunWith,
    readLeafHashes: async (from, to) => leaves.slice(0, to - from),
    log: silentLog,
  });
  const signer = parseSigningKey(createSigningKey('bench.example/log'), 'the key');
  const trust = { logs: [parseVerifierKey(signer.vkey, signatureTypes.log)] };
  const receipts = new Receipts(tree, signer);
  const values: number[] = [];
  const commits: number[] = [];
  const verified: number[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      progress(`receipts: round ${round} of ${rounds}`);
      let making = 0;
      let adding = 0;
      const kept: string[] = [];
      for (let done = 0; done < requests; done += commitRecords) {
        const entries = Array.from({ length: commitRecords }, (_, at) => ({
          index: tree.size + at,
          leafHash: leaf,
        }));
        const began = process.cpuUsage();
        receipts.add({ entries: entries as unknown as Entry[] });
        adding += used(began);
        const making0 = process.cpuUsage();
        for (const entry of entries) kept.push(receipts.fresh(entry).proof);
        making += used(making0);
      }
      const some = kept.slice(-500);
      const began = process.cpuUsage();
      for (const proof of some) verifyReceipt(proof, trust);
      if (round === 0) continue;
      verified.push(used(began) / some.length);
      values.push(making / requests / 30);
      commits.push((adding / requests) * commitRecords);
    }
  } finally {
    await tree.close();
    await rm(folder, { recursive: true, force: true });
  }
  return [
    {
      name: 'making a receipt, in commits of 64',
      against: '30 us',
      values,
      budget: { atMost: 1 },
      detail: `${(median(values) * 30).toFixed(1)} us of CPU; tree and signature take ${median(commits).toFixed(0)} us a commit, verifying one receipt ${median(verified).toFixed(0)} us`,
    },
  ];
}

function used(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}
