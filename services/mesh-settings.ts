import { busSettings } from './kit/bus/config.ts';
import {
  address,
  addresses,
  bearerToken,
  choice,
  duration,
  file,
  folder,
  integer,
  type Kind,
  list,
  port,
  text,
  url,
} from './kit/config/kinds.ts';
import { optional, secret, setting } from './kit/config/settings.ts';
import { logLevels } from './kit/log/json-log.ts';
import { jobsSettings } from './scoring/jobs/config.ts';

export const roles = ['gateway', 'feature', 'inference', 'audit', 'worker'] as const;
export type Role = (typeof roles)[number];

export const oipStatuses = ['honest', 'triton'] as const;
export type OipStatus = (typeof oipStatuses)[number];

const mebibyte = 1024 * 1024;
const dayMs = 86_400_000;
const hundredYearsMs = 36_525 * dayMs;

/** Where the process listens. */
export const listening = {
  host: setting('SCOREMESH_HOST', text('a host name or address'), '127.0.0.1', 'The address to listen on.'),
  grpcPort: setting(
    'SCOREMESH_GRPC_PORT',
    port(),
    8001,
    'The port of gRPC, as Open Inference Protocol clients expect it.',
  ),
  httpPort: setting(
    'SCOREMESH_HTTP_PORT',
    port(),
    8000,
    'The port of HTTP, for processes with the gateway role.',
  ),
  metricsPort: setting('SCOREMESH_METRICS_PORT', port(), 8002, 'The port of /metrics, /healthz and /readyz.'),
};

/** What the process hosts and where the rest is. */
export const placement = {
  roles: optional('SCOREMESH_ROLES', list(choice(...roles)), 'The roles that `scoremesh serve` hosts.'),
  gateway: optional(
    'SCOREMESH_GATEWAY_ADDRESS',
    addresses(),
    'Where the gateway role runs, for the command line.',
  ),
  feature: optional(
    'SCOREMESH_FEATURE_ADDRESS',
    addresses(),
    'Where the feature role runs, if not in this process.',
  ),
  inference: optional(
    'SCOREMESH_INFERENCE_ADDRESS',
    addresses(),
    'Where the inference role runs, if not in this process.',
  ),
  audit: optional(
    'SCOREMESH_AUDIT_ADDRESS',
    addresses(),
    'Where the audit role runs, if not in this process.',
  ),
  auditReads: optional(
    'SCOREMESH_AUDIT_READ_ADDRESS',
    addresses(),
    'A read replica of the audit log that a gateway asks for records and proofs in place of the audit role. Not set: the audit role.',
  ),
};

/** What the process reads and keeps. */
export const state = {
  models: optional(
    'SCOREMESH_MODELS',
    folder(),
    'The models: <name>/<version>/model.onnx. Not set: ./models, or the flights example.',
  ),
  features: optional(
    'SCOREMESH_FEATURES',
    folder(),
    'The declarations of features: *.yaml. Not set: ./features, or the flights example.',
  ),
  data: setting(
    'SCOREMESH_DATA',
    folder(),
    './data',
    'Where state is kept: audit log, events of features, models, JetStream.',
  ),
};

/** How models are taken and answered. */
export const models = {
  control: setting(
    'SCOREMESH_MODEL_CONTROL',
    choice('none', 'explicit', 'poll'),
    'explicit',
    'When models are loaded: at start only; at start and when asked; or whenever their folder changes.',
  ),
  pollMs: setting(
    'SCOREMESH_MODEL_POLL',
    duration(100, 3_600_000),
    5000,
    'How often the folder of models is looked at, with SCOREMESH_MODEL_CONTROL=poll.',
  ),
  importFolder: optional(
    'SCOREMESH_IMPORT',
    folder(),
    'The folder below which models may be registered by path. Not set: by upload only.',
  ),
  oipStatus: setting(
    'SCOREMESH_OIP_STATUS',
    choice(...oipStatuses),
    'honest',
    'Status codes of the Open Inference Protocol where Triton tells overload and time-outs as UNAVAILABLE.',
  ),
};

/** How features are kept and checked. */
export const features = {
  redisUrl: secret(
    optional(
      'SCOREMESH_FEATURE_REDIS',
      url('redis', 'rediss'),
      'Redis or Valkey that keeps the events of several feature processes. Not set: the embedded store of one.',
    ),
  ),
  maxStateBytes: setting(
    'SCOREMESH_FEATURE_STATE_BYTES',
    integer(mebibyte, 1024 * 1024 * mebibyte),
    512 * mebibyte,
    'What a feature process keeps ready in memory for reads; what is read rarely is made again from the store.',
  ),
  selfCheckEvery: setting(
    'SCOREMESH_FEATURE_SELF_CHECK',
    integer(0, 1_000_000_000),
    1000,
    'One read in so many is compared with what the stored events say; 0 for none.',
  ),
};

/** Who cosigns checkpoints: a verifier key and the address of its witness. */
const witness: Kind<{ readonly vkey: string; readonly url: string }> = {
  accepts: 'the verifier key of a witness, a space, and its URL',
  parse: (given) => {
    const [vkey = '', address = '', ...rest] = given.split(/ +/);
    const isUrl = rest.length === 0 && url('https', 'http').parse(address) !== undefined;
    return vkey !== '' && isUrl ? { vkey, url: address } : undefined;
  },
  format: (value) => `${value.vkey} ${value.url}`,
};

/** How the audit log is signed, sealed and kept. */
export const audit = {
  keys: optional(
    'SCOREMESH_KEYS',
    folder(),
    'Where the keys of the audit log and of data subjects are kept, apart from its backups. Not set: keys in the data folder.',
  ),
  origin: optional(
    'SCOREMESH_AUDIT_ORIGIN',
    text('a name without spaces and plus signs, such as example.com/log'),
    'Name of the log in its checkpoints, for the key that the first start makes. Not set: that of this host.',
  ),
  logKeyFile: optional(
    'SCOREMESH_AUDIT_KEY_FILE',
    file(),
    'The key that checkpoints are signed with, as `scoremesh audit keygen` writes it. Not set: log.key in the folder of keys.',
  ),
  witnesses: optional(
    'SCOREMESH_AUDIT_WITNESSES',
    list(witness),
    'Witnesses (tlog-witness) that are asked to cosign checkpoints, in the background. Not set: none.',
  ),
  witnessQuorum: setting(
    'SCOREMESH_AUDIT_WITNESS_QUORUM',
    integer(1, 100),
    1,
    'How many of them must have cosigned a checkpoint before receipts are given against it.',
  ),
  retentionMs: optional(
    'SCOREMESH_AUDIT_RETENTION',
    duration(1000, hundredYearsMs),
    'How long entries of the audit log are kept; older ones are pruned in whole segments. Not set: for ever.',
  ),
  retentionMinimumMs: setting(
    'SCOREMESH_AUDIT_RETENTION_MINIMUM',
    duration(0, hundredYearsMs),
    183 * dayMs,
    'How long entries must be kept at least: pruning refuses less. The default is six months, as Art. 19 and 26 of the EU AI Act ask.',
  ),
  masterKey: secret(
    optional(
      'SCOREMESH_MASTER_KEY',
      text('32 bytes as base64 or hex'),
      'Encrypts the keys of data subjects; 32 bytes as base64 or hex. Not set: master.key in the folder of keys.',
    ),
  ),
  masterKeyFile: optional(
    'SCOREMESH_MASTER_KEY_FILE',
    file(),
    'A file that holds the master key, in place of SCOREMESH_MASTER_KEY.',
  ),
};

/** Makes the audit role a read replica. */
export const following = {
  writer: optional(
    'SCOREMESH_AUDIT_FOLLOW',
    address(),
    'The audit role or gateway whose audit log this audit role follows as a read replica, with a SCOREMESH_DATA of its own. Not set: it writes a log of its own.',
  ),
  vkey: optional(
    'SCOREMESH_AUDIT_FOLLOW_VKEY',
    text('a verifier key, as `scoremesh audit vkey` prints it'),
    'The public key of the log that is followed. Not set: the one that is met first, which is kept and never changed.',
  ),
  maxAgeMs: optional(
    'SCOREMESH_AUDIT_FOLLOW_MAX_AGE',
    duration(1000, 365 * dayMs),
    'How old the last verified checkpoint may be before a replica says that it is not ready. Not set: any age.',
  ),
};

/** Bounds that every process has. */
export const limits = {
  timeoutMs: setting(
    'SCOREMESH_DEFAULT_TIMEOUT',
    duration(1, 3_600_000),
    10_000,
    'The deadline of calls that come without one.',
  ),
  maxMessageBytes: setting(
    'SCOREMESH_MAX_MESSAGE_BYTES',
    integer(64 * 1024, 1024 * mebibyte),
    16 * mebibyte,
    'The largest gRPC message or HTTP body.',
  ),
  maxInFlight: setting(
    'SCOREMESH_MAX_IN_FLIGHT',
    integer(1, 1_000_000),
    2048,
    'Scores under way at once in a gateway; more are refused with RESOURCE_EXHAUSTED.',
  ),
  graceMs: setting(
    'SCOREMESH_GRACE',
    duration(0, 600_000),
    10_000,
    'How long work in flight may take to finish when the process stops.',
  ),
};

/** Who may do what. */
export const access = {
  adminToken: secret(
    optional(
      'SCOREMESH_ADMIN_TOKEN',
      bearerToken(16),
      'What a caller must send to erase or export the data of a person, and to see what is personal of records; commands send it. Not set: nobody may erase or export, everybody sees.',
    ),
  ),
};

export const logging = {
  level: setting(
    'SCOREMESH_LOG_LEVEL',
    choice(...logLevels),
    'info',
    'The least severe log lines to write to standard error.',
  ),
};

export const meshParts = {
  listening,
  placement,
  state,
  models,
  features,
  audit,
  following,
  limits,
  access,
  messaging: busSettings,
  jobs: jobsSettings,
  logging,
};
