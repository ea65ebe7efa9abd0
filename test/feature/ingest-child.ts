import { createInterface } from 'node:readline';
import { createFeatureService } from '../../services/feature/feature-service.ts';
import { startCall } from '../../services/kit/contract/call.ts';
import { isMeshError } from '../../services/kit/errors/mesh-error.ts';
import { createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { airportRow, countingMetrics, integer, text } from './rows.ts';

/**
 * A feature service in a process of its own: ingests one row of view `airport` after the other with ever larger counts and
 * prints each count once it is acknowledged. When the store is full it prints "full" and waits for a line on its input.
 * argv: state folder, declarations folder, bytes of text in each row.
 */
const [folder = '', declarationsFolder, textBytes = '0'] = process.argv.slice(2);
const { handlers } = await createFeatureService(
  { folder, declarationsFolder },
  { log: silentLog, metrics: countingMetrics() },
  createClosers(silentLog),
);
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
process.stdout.write('ready\n');

for (let count = 1; ; count++) {
  const values = { count: integer(String(count)), city: text('x'.repeat(Number(textBytes))) };
  const rows = [airportRow('latest', values, Date.now()), airportRow(`A${count}`, values, Date.now())];
  try {
    await handlers.Ingest({ rows }, startCall({ timeoutMs: 60_000, principal: 'test' }));
    process.stdout.write(`${count}\n`);
  } catch (error) {
    if (!isMeshError(error) || error.reason !== 'FEATURE_STORE_FULL') throw error;
    const reply = await handlers.GetFeatures(
      {
        featureSet: 'everything',
        rows: [{ entities: { airport: 'latest', origin: 'x', destination: 'x' } }],
      },
      startCall({ timeoutMs: 60_000, principal: 'test' }),
    );
    const latest = reply.blocks.find(({ datatype }) => datatype === 'INT64')?.data.readBigInt64LE(0);
    process.stdout.write(`full ${error.code} ${latest}\n`);
    await input.next();
  }
}
