import { auditConfig } from '../../../services/audit/config.ts';
import { followDefaults } from '../../../services/audit/follow/config.ts';
import { createAuditReplica } from '../../../services/audit/follow/service.ts';
import { auditContract } from '../../../services/contracts.ts';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { createLog } from '../../../services/kit/log/json-log.ts';
import { createClient } from '../../../services/kit/rpc/client.ts';
import { openChannel } from '../../../services/kit/rpc/grpc-transport.ts';
import { createRecorder } from '../../kit/rpc/recorder.ts';
import { KeptMetrics } from '../fixture.ts';

/** Follows the audit role at a port into a folder until it is killed. Prints a line whenever its checkpoint has moved. */
const [folder = '', port = '', level = 'error', segmentBytes = '262144'] = process.argv.slice(2);
const log = createLog({ level: level as 'error' });
const channel = openChannel(`127.0.0.1:${port}`, { maxMessageBytes: 32 * 1024 * 1024 });
const replica = await createAuditReplica(
  {
    ...auditConfig({
      folder,
      keysFolder: `${folder}/keys`,
      segmentBytes: Number(segmentBytes),
      indexDelayMs: 5,
    }),
    ...followDefaults,
    writer: `127.0.0.1:${port}`,
    pollMs: 5,
    maxBackoffMs: 50,
  },
  {
    source: createClient(auditContract, channel, createRecorder().instruments),
    log,
    metrics: new KeptMetrics(),
  },
  createClosers(log),
);
let size = -1;
setInterval(() => {
  if (replica.size() === size) return;
  size = replica.size();
  process.stdout.write(`${size}\n`);
}, 1);
