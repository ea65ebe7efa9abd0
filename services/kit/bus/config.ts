import { file, list, text, url } from '../config/kinds.ts';
import { optional, type Settings, secret } from '../config/settings.ts';

/** The settings of NATS. */
export const busSettings = {
  urls: optional(
    'SCOREMESH_NATS_URL',
    list(url('nats', 'tls')),
    'NATS servers for events of features and asynchronous scoring. When not set, a private nats-server is started if one is installed.',
  ),
  credentialsFile: optional(
    'SCOREMESH_NATS_CREDENTIALS',
    file(),
    'Credentials file (JWT and seed, as nsc writes it) to connect to NATS with.',
  ),
  token: secret(optional('SCOREMESH_NATS_TOKEN', text(), 'Token to connect to NATS with.')),
  caFile: optional(
    'SCOREMESH_NATS_CA',
    file(),
    "Certificates (PEM) to check the NATS servers' by, instead of the system's; turns TLS on.",
  ),
  certFile: optional('SCOREMESH_NATS_CERT', file(), 'Client certificate (PEM) for NATS; needs its key too.'),
  keyFile: optional('SCOREMESH_NATS_KEY', file(), 'Key (PEM) of the client certificate for NATS.'),
} as const;

/** How to connect to NATS. */
export interface BusConfig extends Partial<Settings<typeof busSettings>> {
  /** Name of the connection, as the server's monitoring shows it. */
  readonly name: string;
  /** Why there is no server and what to do, for the message of NATS_UNAVAILABLE when no URL is given. */
  readonly missing?: string | undefined;
}

export const busDefaults = {
  // An acknowledgement takes under a millisecond; seconds mean a server that restarts or elects a leader.
  publishTimeoutMs: 5000,
  // Throughput is flat beyond 256 in flight; this bounds what a stalled server makes a process hold.
  maxInFlight: 1024,
  connectTimeoutMs: 5000,
  // First and longest wait between attempts to connect; each wait is drawn between half and all of it.
  retryMs: 250,
  maxRetryMs: 5000,
  // While a lost connection is being made again: longest wait between attempts to find out what keeps it from that.
  explainMs: 5000,
  // Two missed pings tell a dead connection from a quiet one.
  pingIntervalMs: 20_000,
  closeGraceMs: 2000,
  // What servers take in a message unless they say otherwise.
  maxPayloadBytes: 1024 * 1024,
} as const;
