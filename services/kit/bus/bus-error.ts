import { ErrorCode, NatsError } from 'nats';
import type { Reason } from '../errors/catalogue.ts';
import { isMeshError, MeshError } from '../errors/mesh-error.ts';

/** Codes of JetStream's own errors that mean something to a caller, as server/errors.json of nats-server lists them. */
export const jetStreamCode = {
  clusterIncomplete: 10004,
  tooFewServers: 10005,
  clusterNotAssigned: 10007,
  clusterUnavailable: 10008,
  clusterNotLeader: 10009,
  consumerNotFound: 10014,
  insufficientResources: 10023,
  messageNotFound: 10037,
  sequenceNotFound: 10043,
  notEnabledForAccount: 10039,
  insufficientStorage: 10047,
  messageTooLarge: 10054,
  wrongLastSequence: 10071,
  messageDeleteFailed: 10057,
  streamNameInUse: 10058,
  streamNotFound: 10059,
  replicasNotSupported: 10074,
  notEnabled: 10076,
  storeFailed: 10077,
  streamOffline: 10118,
  consumerOffline: 10119,
} as const;

const enableJetStream = 'start nats-server with JetStream (-js) and allow it for this account';

const noLeader: readonly [Reason, string] = [
  'NATS_UNAVAILABLE',
  'too few servers of the cluster run, or they are choosing a leader: start the others, or try again in some seconds',
];

/** By JetStream code, because the status alone ("503") says both "no stream" and "limit reached". */
const byJetStreamCode: Readonly<Record<number, readonly [Reason, string]>> = {
  [jetStreamCode.clusterIncomplete]: noLeader,
  [jetStreamCode.clusterNotAssigned]: noLeader,
  [jetStreamCode.clusterUnavailable]: noLeader,
  [jetStreamCode.clusterNotLeader]: noLeader,
  [jetStreamCode.streamOffline]: noLeader,
  [jetStreamCode.consumerOffline]: noLeader,
  [jetStreamCode.tooFewServers]: [
    'NATS_UNAVAILABLE',
    'the cluster has fewer servers with room than there are to be replicas: start the others, or ask for fewer replicas',
  ],
  [jetStreamCode.replicasNotSupported]: [
    'CONFIG_INVALID',
    'this server is in no cluster: ask for one replica, or give all servers of a cluster in SCOREMESH_NATS_URL',
  ],
  [jetStreamCode.consumerNotFound]: [
    'NATS_UNAVAILABLE',
    'its consumer is gone; it is made again when this role reconnects',
  ],
  [jetStreamCode.streamNotFound]: [
    'NATS_UNAVAILABLE',
    'its stream is gone; restart the mesh to make it again',
  ],
  [jetStreamCode.messageDeleteFailed]: ['NATS_UNAVAILABLE', 'it stays in its stream and comes again'],
  [jetStreamCode.notEnabledForAccount]: ['NATS_UNAVAILABLE', enableJetStream],
  [jetStreamCode.notEnabled]: ['NATS_UNAVAILABLE', enableJetStream],
  [jetStreamCode.insufficientResources]: ['QUEUE_FULL', 'JetStream is out of room; try again later'],
  [jetStreamCode.insufficientStorage]: ['QUEUE_FULL', 'JetStream is out of disk; try again later'],
  [jetStreamCode.storeFailed]: ['QUEUE_FULL', 'a limit of the stream is reached; try again later'],
  [jetStreamCode.messageTooLarge]: [
    'MESSAGE_TOO_LARGE',
    "the message is over the stream's size limit; send less",
  ],
};

const byClientCode: Readonly<Record<string, readonly [Reason, string]>> = {
  [ErrorCode.Timeout]: [
    'NATS_UNAVAILABLE',
    'no acknowledgement came in time; it may have been stored, so repeat it with the same id',
  ],
  [ErrorCode.NoResponders]: [
    'NATS_UNAVAILABLE',
    `no stream takes it, its cluster has no leader at the moment, or JetStream is off: ${enableJetStream}`,
  ],
  [ErrorCode.MaxPayloadExceeded]: [
    'MESSAGE_TOO_LARGE',
    "the message is over the server's max_payload; send less",
  ],
  [ErrorCode.PermissionsViolation]: [
    'NATS_UNAVAILABLE',
    "the NATS user may not do this; give it the role's permissions",
  ],
  [ErrorCode.ConnectionClosed]: ['NATS_UNAVAILABLE', 'the connection was closed meanwhile; try again'],
  [ErrorCode.ConnectionDraining]: ['NATS_UNAVAILABLE', 'this process is leaving NATS; try again elsewhere'],
  [ErrorCode.Disconnect]: ['NATS_UNAVAILABLE', 'the connection was lost meanwhile; try again'],
};

/** How long a caller waits before it tries a full queue again. */
const retryAfterMs = 1000;

/** What a caller may see of an error of the NATS client. `metadata.nats_code` has JetStream's own code where there is one. */
export function toBusError(error: unknown, doing: string): MeshError {
  if (isMeshError(error)) return error;
  const code = jetStreamCodeOf(error);
  const [reason, advice] = meaningOf(error, code);
  const said = error instanceof Error ? error.message : String(error);
  const details = {
    ...(code === undefined ? {} : { metadata: { nats_code: String(code) } }),
    ...(reason === 'QUEUE_FULL' ? { retryAfterMs } : {}),
  };
  return new MeshError(reason, `${doing}: ${said}${advice === '' ? '' : `; ${advice}`}`, details, error);
}

/** JetStream's own code of an error of the client; undefined if it has none. */
export function jetStreamCodeOf(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}

/** Whether the NATS user may not ask for that. */
export function isForbidden(error: unknown): boolean {
  return error instanceof NatsError && error.code === ErrorCode.PermissionsViolation;
}

/** Whether a message could not be removed because it was removed before; nats-server says it in two ways. */
export function isMessageGone(code: number | undefined, description: string): boolean {
  if (code === jetStreamCode.sequenceNotFound) return true;
  return code === jetStreamCode.messageDeleteFailed && /no message found|deleted message/i.test(description);
}

function meaningOf(error: unknown, code: number | undefined): readonly [Reason, string] {
  const unknown = ['INTERNAL', ''] as const;
  if (code !== undefined) return byJetStreamCode[code] ?? unknown;
  return error instanceof NatsError ? (byClientCode[error.code] ?? unknown) : unknown;
}
