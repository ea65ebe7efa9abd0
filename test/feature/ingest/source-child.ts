import { createIngest } from '../../../services/feature/ingest/ingest.ts';
import { createEventsSource } from '../../../services/feature/ingest/nats-source.ts';
import { planStreams } from '../../../services/feature/ingest/stream-plans.ts';
import { openLmdbStore } from '../../../services/feature/store/lmdb-store.ts';
import { createBus } from '../../../services/kit/bus/bus.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { countingMetrics } from '../counting-metrics.ts';
import { numbered, numberedViews } from './numbered.ts';

/**
 * Ingest of the stream `numbered` from NATS, in a process of its own: prints how many events are stored after each commit.
 * argv: state folder, address of NATS.
 */
const [folder = '', url = ''] = process.argv.slice(2);
const log = silentLog;
const now = Date.now;
const closers = createClosers(log);
const store = await openLmdbStore(folder, { log, now }, closers);
const bus = await createBus({ urls: [url], name: 'source-child' }, { log }, closers);
let stored = 0;
const plans = await planStreams([numbered], numberedViews, store);
const ingest = await createIngest(
  plans.byStream,
  {},
  {
    store,
    log,
    metrics: countingMetrics(),
    now,
    onCommitted: (events) => {
      stored += events.length;
      process.stdout.write(`${stored}\n`);
    },
  },
  closers,
);
createEventsSource(bus, ingest, { log, now }, closers);
