import { createBus } from '../../../services/kit/bus/bus.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../../services/kit/log/log.ts';

/** JetStream alone: takes messages of a queue like that of jobs and acknowledges them as the worker does, and nothing else. */
async function consume(url: string, stream: string, subject: string): Promise<void> {
  const closers = createClosers(silentLog);
  const bus = await createBus({ urls: [url], name: 'bare' }, { log: silentLog }, closers);
  await bus.connected(startCall({ timeoutMs: 20_000, principal: 'bench' }));
  await bus.ensureStream({
    name: stream,
    subjects: [subject],
    retention: 'work',
    storage: 'file',
    replicas: 1,
    whenFull: 'refuse',
    duplicateWindowMs: 120_000,
  });
  bus.consume(
    {
      stream,
      name: 'bare',
      filterSubject: subject,
      ackWaitMs: 30_000,
      maxDeliver: -1,
      maxAckPending: 20_000,
    },
    async (delivery) => delivery.ackUnconfirmed(),
    { concurrency: 512, stopGraceMs: 0 },
  );
  process.once('SIGTERM', () => void closers.close());
  console.log('bare consumer on 0');
}

const [, , url = '', stream = '', subject = ''] = process.argv;
await consume(url, stream, subject);
