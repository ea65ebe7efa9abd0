import { openSync, writeSync } from 'node:fs';
import { auditConfig } from '../../services/audit/config.ts';
import { createAuditService } from '../../services/audit/service.ts';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { parseVerifierKey, signatureTypes } from '../../services/kit/transparency/verifier-key.ts';
import { Load } from './faults/load.ts';
import { Model } from './faults/model.ts';
import { randomFrom } from './faults/random.ts';
import { KeptLog, KeptMetrics } from './fixture.ts';

/**
 * Appends, erases and reads until it is killed. Writes what it begins, before it does, and what was answered into a file, an event a line:
 * what was written there the system keeps. Prints a point for each.
 */
const [folder = '', keysFolder = '', seed = '0', events = ''] = process.argv.slice(2);
const told = openSync(events, 'a');
const log = new KeptLog();
const audit = await createAuditService(
  auditConfig({ folder, keysFolder, segmentBytes: 256 * 1024, indexBatchRecords: 64, indexDelayMs: 5 }),
  { log, metrics: new KeptMetrics() },
  createClosers(log),
);
const opened = log.lines.find(({ message }) => message === 'audit log open');
const model = new Model();
model.verifier = parseVerifierKey(String(opened?.fields.vkey), signatureTypes.log);
const load = new Load({
  audit,
  model,
  random: randomFrom(Number(seed)),
  isOver: () => false,
  tell: (event) => {
    writeSync(told, `${JSON.stringify(event)}\n`);
    process.stdout.write('.');
  },
  scope: `kill-${seed}`,
});

async function goOn(): Promise<void> {
  for (;;) await load.step();
}

await Promise.all(Array.from({ length: 16 }, goOn));
