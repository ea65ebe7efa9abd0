import type { JetStreamManager, StreamConfig, StreamInfo } from 'nats';
import type { Log } from '../log/log.ts';
import type { StreamSpec } from './stream.ts';

type Wanted = Partial<StreamConfig> & { name: string };

/**
 * The configuration to give a stream that refuses what is beyond its limits. nats-server removes the oldest messages when a limit becomes lower
 * than what is there, which were accepted: the limit of a subject stays as it is until no subject has more than half of the new one. The
 * other half is for what is accepted between the look and the change.
 */
export async function withoutTrimming(
  streams: JetStreamManager['streams'],
  spec: StreamSpec,
  want: Wanted,
  { config }: StreamInfo,
  log: Log,
): Promise<Wanted> {
  const limit = want.max_msgs_per_subject ?? -1;
  const present = config.max_msgs_per_subject;
  if (!spec.refusePerSubject || limit <= 0 || (present > 0 && present <= limit)) return want;
  const { state } = await streams.info(spec.name, { subjects_filter: '>' });
  const longest = Object.values(state.subjects ?? {}).reduce((most, count) => Math.max(most, count), 0);
  if (longest <= limit / 2) return want;
  log.warn(
    'a stream keeps its limit of messages for each subject: a lower one would remove messages that were accepted; connect again when fewer wait',
    { stream: spec.name, limit: present, wanted: limit, longest },
  );
  return { ...want, max_msgs_per_subject: present };
}
