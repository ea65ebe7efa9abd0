import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyReceipt } from '../../../services/kit/transparency/receipt.ts';
import { parseVerifierKey, signatureTypes } from '../../../services/kit/transparency/verifier-key.ts';
import type { Effort } from '../effort.ts';
import { type Finding, median, progress } from '../report.ts';
import { benchCall, creditScore, startBenchLog } from './bench-log.ts';

const burst = 1024;

/** A receipt that is asked for later, from its record's id to the text: index, read of the record, proof, text. */
export async function measureReceipts({ rounds, requests }: Effort): Promise<Finding[]> {
  const log = await startBenchLog();
  const { handlers } = log.audit;
  const values: number[] = [];
  const verified: number[] = [];
  try {
    const ids: string[] = [];
    for (let from = 0; from < requests; from += burst) {
      const requestsNow = Array.from({ length: burst }, (_, n) => creditScore(from + n));
      await Promise.all(requestsNow.map((request) => handlers.Append(request, benchCall())));
      ids.push(...requestsNow.map(({ recordId }) => recordId));
    }
    const key = parseVerifierKey(
      (await readFile(join(log.folder, 'audit', 'vkey'), 'utf8')).trim(),
      signatureTypes.log,
    );
    for (let round = 0; round <= rounds; round++) {
      progress(`receipts: round ${round} of ${rounds}`);
      const cpu = process.cpuUsage();
      const proofs: string[] = [];
      for (const recordId of ids) {
        const { receipt } = await handlers.GetReceipt({ recordId, cosigned: false }, benchCall());
        proofs.push(receipt?.proof ?? '');
      }
      const { user, system } = process.cpuUsage(cpu);
      const some = proofs.slice(0, 500);
      const begin = performance.now();
      for (const proof of some) verifyReceipt(proof, { logs: [key] });
      if (round === 0) continue;
      values.push((user + system) / ids.length / 30);
      verified.push(((performance.now() - begin) / some.length) * 1000);
    }
  } finally {
    await log.close();
  }
  return [
    {
      name: 'receipt of a recorded prediction, asked for later',
      against: '30 us',
      values,
      budget: { atMost: 1 },
      detail: `${(median(values) * 30).toFixed(1)} us of CPU with the read of its record; verifying one takes ${median(verified).toFixed(0)} us`,
    },
  ];
}
